"""Find the media that annotation files name: as written, beside them, in folders below, or by their bare name.

A bare name is a guess. Where the file found so is named in full elsewhere, or was found for another name, the one that
is named here is not there: its annotations would land on a file of the same name.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar

from labeling.file_names import composed
from labeling.media import Medium
from labeling.media.picture import picture_size
from labeling.source import Source
from labeling.walk import Found

MOST_NAME = 1000
OF_PICTURES = ("images", "image", "imgs", "img", "jpegimages", "pictures", "photos", "data")
OF_ANNOTATIONS = ("annotations", "annotation", "anns", "labels", "label", "xml", "xmls", "json", "jsons")
PARALLEL = frozenset({*OF_PICTURES, *OF_ANNOTATIONS})

Key = TypeVar("Key")


class Lookup:
    """The media files of one kind in a source; names are paths relative to it, with ``/``.

    Attributes:
        named: the files that were named in full so far.
    """

    def __init__(self, source: Source, medium: Medium, known: frozenset[str] = frozenset()) -> None:
        """``known`` are files that are named in full anywhere, so that no bare name means them."""
        self._root = source.path if source.path.is_dir() else source.path.parent
        self._source, self._medium, self._known = source, medium, known
        self._sizes: dict[str, tuple[int, int] | None] = {}
        self._guesses: dict[str, tuple[str, ...]] = {}
        self.named: set[str] = set()

    @property
    def mixed_up(self) -> bool:
        """Whether a file was found for a bare name and named in full as well: read again, knowing those in full."""
        return not self.named.isdisjoint(self._guesses)

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
        there = self.exactly(plain, beside)
        if there is not None:
            return there
        folder, plain = PurePosixPath(beside).parent.as_posix() if beside else ".", composed(plain)
        only = self._only(self._by_ending, PurePosixPath(plain).name) or self._only(self._by_stem, _stem(plain))
        return self._guessed(only, (folder, plain))

    def exactly(self, named: str, beside: str = "") -> str | None:
        """Return the name of the file that lies where an annotation file says, seen from itself or from the source."""
        folder = PurePosixPath(beside).parent.as_posix() if beside else "."
        plain = named.removeprefix("./")
        places = (posixpath.normpath(f"{folder}/{plain}"), plain)
        path = next((path for path in places if path in self.files), None)
        path = path or next((self._composed[place] for place in map(composed, places) if place in self._composed), None)
        if path is not None:
            self.named.add(path)
        return path

    def of_file(self, file: str, written: str) -> str | None:
        """Return the picture that an annotation file is about which stands for one: its own, or the one it names."""
        path = PurePosixPath(file)
        own = self._own(path)
        # Tools open a picture and the file called like it together, whatever name is inside: that stays as it was when
        # both are renamed, moved or copied. So the own picture counts where one that is called otherwise is named.
        # Where the name inside is the file's own, it tells namesakes apart (in another folder or with another ending).
        stale = not _is_called(path.stem, written.strip().replace("\\", "/"))
        named = None if own is not None and stale else self.find(written, beside=file)
        if named is None and own is not None:
            self.named.add(own)
        return named or own or self.of_stem(path.stem, (path.parent.as_posix(),))

    def of_stem(self, stem: str, folders: tuple[str, ...] = ()) -> str | None:
        """Return the one file called ``stem`` without its ending, preferably in one of ``folders``."""
        alike = self._by_stem.get(composed(stem), [])
        for folder in folders:
            inside = [name for name in alike if PurePosixPath(name).parent.as_posix() == folder]
            if len(inside) == 1:
                self.named.add(inside[0])
                return inside[0]
        return self._guessed(alike[0] if len(alike) == 1 else None, (*folders, stem))

    def owns(self, name: str) -> bool:
        """Return whether a file of this name would be of the medium."""
        return self._medium.owns(name)

    def size(self, name: str) -> tuple[int, int] | None:
        """Return (width, height) in pixels of the picture ``name`` from its header; None where it cannot be read."""
        if name not in self._sizes:
            self._sizes[name] = picture_size(self.files[name])
        return self._sizes[name]

    def _own(self, file: PurePosixPath) -> str | None:
        """Return the one picture called as an annotation file beside it, or else in a folder parallel to its own."""
        alike = self._by_place.get((_place(file), composed(file.stem)), [])
        beside = [name for name in alike if PurePosixPath(name).parent == file.parent] or alike
        return beside[0] if len(beside) == 1 else None

    @cached_property
    def _composed(self) -> dict[str, str]:
        """Every file by its name with composed accents."""
        return {composed(name): name for name in self.files}

    @cached_property
    def _by_ending(self) -> dict[str, list[str]]:
        return _grouped(self.files, lambda name: composed(PurePosixPath(name).name))

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        return _grouped(self.files, _stem)

    @cached_property
    def _by_place(self) -> dict[tuple[tuple[str, ...], str], list[str]]:
        return _grouped(self.files, lambda name: (_place(PurePosixPath(name)), _stem(name)))

    def _guessed(self, name: str | None, written: tuple[str, ...]) -> str | None:
        """Return a file that only its bare name speaks for, unless it is another's."""
        if name is None or name in self._known or self._guesses.setdefault(name, written) != written:
            return None
        return name

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
    return composed(PurePosixPath(name).stem)


def _place(file: PurePosixPath) -> tuple[str, ...]:
    """Return the folders of a file but for those that part pictures from annotations: these are parallel."""
    folders = (composed(folder).casefold() for folder in file.parent.parts)
    return tuple(folder for folder in folders if folder not in PARALLEL)


def _is_called(stem: str, written: str) -> bool:
    """Return whether an annotation file of this stem is called as the picture that it names, with its ending or not."""
    name = PurePosixPath(written)
    with_ending = f"{name.stem}_{name.suffix.removeprefix('.')}"  # as of two namesakes one is called
    return composed(stem).casefold() in (composed(called).casefold() for called in (name.stem, name.name, with_ending))


def _grouped(names: Iterable[str], key: Callable[[str], Key]) -> dict[Key, list[str]]:
    groups: dict[Key, list[str]] = defaultdict(list)
    for name in names:
        groups[key(name)].append(name)
    return groups
