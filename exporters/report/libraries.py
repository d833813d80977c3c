"""The libraries that the program and what it exports rest on, with versions and licences, as they are installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageMetadata, PackageNotFoundError, distribution, requires

PRODUCT = "autodidact-studio"
RUNNING, TRAINING = "to run exports", "to train"
_RUNS = {
    "image": ("numpy", "onnxruntime", "pillow"),
    "audio": ("numpy", "onnxruntime", "soundfile"),
    "text": ("numpy", "onnxruntime", "tokenizers"),
    "table": ("numpy", "onnxruntime"),
}
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?[^;]*(;.*)?$")
_CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "The Unlicense (Unlicense)": "Unlicense",
    "MIT No Attribution License (MIT-0)": "MIT-0",
}
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Library:
    """An installed distribution. ``licence`` is as it states it, an SPDX expression where ``spdx``."""

    name: str
    version: str
    licence: str
    spdx: bool
    role: str
    needs: tuple[str, ...]


def libraries(modality: str) -> tuple[Library, ...]:
    """Return what the program needs and what these need in turn: what exports need first, then by name.

    What is needed to run an export of a model of this ``modality`` has the role :data:`RUNNING`.
    """
    running = set(_closure(_RUNS[modality]))
    found = []
    for name in sorted(_closure(_needed(PRODUCT))):
        one = _installed(name)
        if one is not None:
            spdx, licence = _licence(one)
            role = RUNNING if name in running else TRAINING
            needs = tuple(sorted(need for need in _needed(name) if _installed(need) is not None))
            found.append(Library(name, one.version, licence, spdx, role, needs))
    return tuple(sorted(found, key=lambda one: one.role != RUNNING))


def _closure(names: tuple[str, ...]) -> list[str]:
    """Return installed distributions that are reached from ``names``."""
    seen: list[str] = []
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen and _installed(name) is not None:
            seen.append(name)
            waiting.extend(_needed(name))
    return seen


def _needed(name: str) -> tuple[str, ...]:
    """Return the names of what a distribution needs without extras, in the form that compares."""
    try:
        wanted = requires(name) or []
    except PackageNotFoundError:
        return ()
    return tuple(dict.fromkeys(_names(wanted)))


def _names(wanted: list[str]) -> Iterator[str]:
    for line in wanted:
        found = _REQUIREMENT.match(line)
        if found and "extra" not in (found.group(2) or ""):
            yield canonical(found.group(1))


def canonical(name: str) -> str:
    """Return a distribution's name in the form that compares (PEP 503).

    >>> canonical("Typing_Extensions")
    'typing-extensions'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _licence(one: Distribution) -> tuple[bool, str]:
    """Return a distribution's licence, and whether it is an SPDX expression."""
    said = one.metadata
    expression = _field(said, "License-Expression")
    if expression:
        return True, expression
    classified = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier", []) if line.startswith("License ::")
    ]
    known = [_CLASSIFIED[name] for name in classified if name in _CLASSIFIED]
    text = " ".join(_field(said, "License").split())
    if known and known != ["BSD"]:
        return True, " OR ".join(known)
    if text and text != "UNKNOWN" and len(text) <= _LONGEST:
        return False, text
    return False, ", ".join(classified) or "not stated; see its own files"


def _field(said: PackageMetadata, name: str) -> str:
    return str((said.get_all(name) or [""])[0])
