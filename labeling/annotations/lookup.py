"""Find the media that annotation files name: as written, beside them, in folders below, or by their bare name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path, PurePosixPath

from labeling.media import Medium
from labeling.media.picture import picture_size
from labeling.source import Source
from labeling.walk import Found

MOST_NAME = 1000


class Lookup:
    """The media files of one kind in a source; names are paths relative to it, with ``/``."""

    def __init__(self, source: Source, medium: Medium) -> None:
        self._root = source.path if source.path.is_dir() else source.path.parent
        self._source, self._medium = source, medium
        self._sizes: dict[str, tuple[int, int] | None] = {}

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every file of the medium, by its name."""
        return {found.relative: found.path for found in self._found()}

    def find(self, named: str, beside: str = "") -> str | None:
        """Return the name of the file that an annotation names; None where there is none or it could be several.

        Args:
            named: as written there; folders of another computer are of no use and are ignored.
            beside: the name of the annotation file.
        """
        plain = named.strip().replace("\\", "/")
        if not plain or len(plain) > MOST_NAME or "\0" in plain:
            return None
        folder = PurePosixPath(beside).parent.as_posix() if beside else "."
        for path in (plain.removeprefix("./"), f"{folder}/{plain}".removeprefix("./")):
            if path in self.files:
                return path
        return self._only(self._by_ending, PurePosixPath(plain).name) or self._only(self._by_stem, _stem(plain))

    def of_stem(self, stem: str, folders: tuple[str, ...] = ()) -> str | None:
        """Return the one file called ``stem`` without its ending, preferably in one of ``folders``."""
        alike = self._by_stem.get(stem, [])
        for folder in folders:
            inside = [name for name in alike if PurePosixPath(name).parent.as_posix() == folder]
            if len(inside) == 1:
                return inside[0]
        return alike[0] if len(alike) == 1 else None

    def owns(self, name: str) -> bool:
        """Return whether a file of this name would be of the medium."""
        return self._medium.owns(name)

    def size(self, name: str) -> tuple[int, int] | None:
        """Return (width, height) in pixels of the picture ``name`` from its header; None where it cannot be read."""
        if name not in self._sizes:
            self._sizes[name] = picture_size(self.files[name])
        return self._sizes[name]

    @cached_property
    def _by_ending(self) -> dict[str, list[str]]:
        return _grouped(self.files, lambda name: PurePosixPath(name).name)

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        return _grouped(self.files, _stem)

    def _only(self, groups: dict[str, list[str]], key: str) -> str | None:
        alike = groups.get(key, [])
        return alike[0] if len(alike) == 1 else None

    def _found(self) -> list[Found]:
        if self._source.path.is_dir() and (mine := self._source.files.of(self._medium)):
            return mine
        if self._source.path.is_dir() and not self._source.chosen:
            return []
        return Source(self._root, self._source.watch).files.of(self._medium)


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _grouped(names: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[key(name)].append(name)
    return groups
