"""A hash-pinned ``requirements.txt``: what it names, and which files fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+_]+)$")
_HASH = re.compile(r"^--hash=sha256:([0-9a-f]{64})$")


class BadLock(ValueError):
    """A line of a lock names no exact version, or no hash."""


@dataclass(frozen=True)
class Pinned:
    """One package of a lock: its name as wheels have it, its version, and the SHA-256 of the files that it may be."""

    name: str
    spelled: str
    version: str
    hashes: frozenset[str]

    @property
    def text(self) -> str:
        """The package as a line of a lock, continued."""
        return " \\\n    ".join(
            [f"{self.spelled}=={self.version}", *(f"--hash=sha256:{h}" for h in sorted(self.hashes))]
        )


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
    return Pinned(normalised(pin[1]), pin[1], pin[2], frozenset(match[1] for match in hashes if match))


def joined(texts: Iterable[str], without: Collection[str] = ()) -> str:
    """Return the union of several locks as one, sorted, but for the packages ``without``.

    Raises:
        BadLock: one cannot be read, or two want different versions of one package.
    """
    packages: dict[str, Pinned] = {}
    for text in texts:
        for pinned in read_lock(text):
            known = packages.setdefault(pinned.name, pinned)
            if known.version != pinned.version:
                raise BadLock(f"Two locks want different versions of {pinned.name}.")
            packages[pinned.name] = replace(known, hashes=known.hashes | pinned.hashes)
    return "".join(packages[name].text + "\n" for name in sorted(packages) if name not in without)


def normalised(name: str) -> str:
    """Return a package's name as the file names of wheels have it.

    >>> normalised("Typing-Extensions")
    'typing_extensions'
    """
    return re.sub(r"[-_.]+", "_", name).lower()
