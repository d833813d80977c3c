"""A hash-pinned ``requirements.txt``: what it names, and which files fit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+_]+)$")
_HASH = re.compile(r"^--hash=sha256:([0-9a-f]{64})$")


class BadLock(ValueError):
    """A line of a lock names no exact version, or no hash."""


@dataclass(frozen=True)
class Pinned:
    """One package of a lock: its name as wheels have it, its version, and the SHA-256 of the files that it may be."""

    name: str
    version: str
    hashes: frozenset[str]
    text: str


def read_lock(text: str) -> tuple[Pinned, ...]:
    """Return the packages of a lock, by name.

    Raises:
        BadLock: there is something in it that would be installed without being checked.
    """
    found: dict[str, Pinned] = {}
    for line in text.replace("\\\n", " ").splitlines():
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if words:
            pinned = _pinned(words)
            if pinned.name in found:
                raise BadLock(f"The lock names {pinned.name} twice.")
            found[pinned.name] = pinned
    return tuple(found[name] for name in sorted(found))


def _pinned(words: list[str]) -> Pinned:
    pin = _PIN.match(words[0])
    hashes = [_HASH.match(word) for word in words[1:]]
    if pin is None or not hashes or not all(hashes):
        raise BadLock(f"A line of the lock is not NAME==VERSION with SHA-256 hashes alone: {' '.join(words)[:80]}")
    return Pinned(
        normalised(pin[1]),
        pin[2],
        frozenset(match[1] for match in hashes if match),
        " \\\n    ".join([words[0], *sorted(words[1:])]),
    )


def joined(texts: Iterable[str]) -> str:
    """Return the union of several locks as one, sorted.

    Raises:
        BadLock: one cannot be read, or two want different files for one package.
    """
    packages: dict[str, Pinned] = {}
    for text in texts:
        for pinned in read_lock(text):
            if packages.setdefault(pinned.name, pinned) != pinned:
                raise BadLock(f"Two locks want different files for {pinned.name}.")
    return "".join(packages[name].text + "\n" for name in sorted(packages))


def normalised(name: str) -> str:
    """Return a package's name as the file names of wheels have it.

    >>> normalised("Typing-Extensions")
    'typing_extensions'
    """
    return re.sub(r"[-_.]+", "_", name).lower()
