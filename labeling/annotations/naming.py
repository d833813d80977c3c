"""Annotation files that are called like the file they are about but for the ending, which two of these may share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from labeling.annotations.model import Annotated


def own_files(names: Sequence[str], ending: str) -> list[PurePosixPath]:
    """Return a file for each name, no two alike on any disk: of ``a.jpg`` and ``a.png`` the second has ``a_png``.

    >>> [str(path) for path in own_files(["b/a.jpg", "b/a.png"], ".xml")]
    ['b/a.xml', 'b/a_png.xml']
    """
    plain = [PurePosixPath(name).with_suffix(ending) for name in names]
    first = {_key(path): place for place, path in reversed(list(enumerate(plain)))}
    taken = set(first)
    found = []
    for place, path in enumerate(plain):
        if first[_key(path)] != place:
            path = _free(PurePosixPath(names[place]), ending, taken)
            taken.add(_key(path))
        found.append(path)
    return found


def without_namesakes(samples: Iterable[Annotated], apart: bool = False) -> tuple[list[Annotated], list[Annotated]]:
    """Return the first sample of each name without its ending, and those that would be taken for one of them.

    With ``apart`` the parts that the data sets apart lie in folders of their own.
    """
    first: list[Annotated] = []
    others: list[Annotated] = []
    taken: set[tuple[str, str]] = set()
    for sample in samples:
        part = (sample.split or "train") if apart else ""
        key = (part, _key(PurePosixPath(sample.name).with_suffix("")))
        (others if key in taken else first).append(sample)
        taken.add(key)
    return first, others


def told(title: str, others: Sequence[Annotated]) -> list[str]:
    """Return a sentence about samples that would be taken for another."""
    if not others:
        return []
    number = len(others)
    said = "1 is called" if number == 1 else f"{number:,} are called"
    return [
        f"{title} knows files by their names without the ending, and {said} like another one but for that, as "
        f"{others[0].name}: left out. Give the files names of their own to keep these labels."
    ]


def _free(name: PurePosixPath, ending: str, taken: set[str]) -> PurePosixPath:
    stem = f"{name.stem}_{name.suffix.removeprefix('.')}"
    free, number = name.with_name(f"{stem}{ending}"), 1
    while _key(free) in taken:
        number += 1
        free = name.with_name(f"{stem} ({number}){ending}")
    return free


def _key(path: PurePosixPath) -> str:
    """Return a path as disks that know no capitals see it."""
    return str(path).casefold()
