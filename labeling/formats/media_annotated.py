"""Pictures and sounds with annotation files of other tools: classes, boxes and regions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from typing_extensions import override

from engine.task import Kind, Modality
from labeling.annotations.codec import Codec, read_once
from labeling.annotations.marks import marks_of, to_json
from labeling.annotations.model import Annotated, Annotations, Carried, are_numbers, numbers_beside_classes
from labeling.annotations.registry import CODECS
from labeling.batch import Problem
from labeling.classes import JOINED_BY, joinable
from labeling.errors import ImportRefused
from labeling.file_names import composed
from labeling.formats.media import Entry, Listing, MediaFormat
from labeling.formats.media_folders import MediaFolders
from labeling.media import Medium
from labeling.source import Source
from labeling.splits import split_name

LAYOUT = ("jpegimages", "annotations", "labels", "unlabelled", "unlabeled", "raw", "all", "media", "obj_train_data")
CARRIED = {Modality.IMAGE: Carried.BOXES, Modality.AUDIO: Carried.REGIONS, Modality.TEXT: Carried.SPANS}


class MediaAnnotated(MediaFormat):
    """Files of one medium, and what annotation files in the same folder say of them.

    The classes of a sample with marks are those of its marks.
    """

    def __init__(self, medium: Medium) -> None:
        super().__init__(medium, "annotated")

    @override
    def recognises(self, source: Source) -> bool:
        return self._codec(source) is not None

    @override
    def listing(self, source: Source, target: str | None) -> Listing:
        codec = self._codec(source)
        if codec is None:
            raise ImportRefused(f"The annotations in {source.path.name} are not there any more.")
        said = read_once(codec, source)
        samples = self._own(said)
        if not samples:
            raise ImportRefused(_nothing(codec, said, source, self.medium))
        root = source.path if source.path.is_dir() else source.path.parent
        kind = _kind(samples)
        about = {sample.name: _entry(sample, root / sample.name, kind) for sample in samples}
        files = source.files.of(self.medium) if source.path.is_dir() else []
        entries = {found.relative: about.get(found.relative, Entry(found.path, found.relative)) for found in files}
        entries |= about
        marked = any(entry.marks is not None for entry in entries.values())
        problems = [*source.files.problems, *said.problems, *numbers_beside_classes(samples)]
        by_folder = _labelled_by_folder(self.medium, source, entries, said) if kind is not Kind.REGRESSION else {}
        if by_folder:
            problems.append(Problem("", _both(len(by_folder), len(about), codec)))
            entries |= by_folder
        return Listing(list(entries.values()), problems, kind=kind, origin=codec.title, marked=marked)

    def _codec(self, source: Source) -> Codec | None:
        """Return the format of the annotations, if there are any.

        Of a folder only one that says something of its files: what is broken or about other things does not keep the
        files out. A single file has nothing else to offer, and is refused with what is wrong with it.
        """
        wanted = CARRIED.get(self.medium.modality)
        folder = source.path.is_dir()
        if wanted is None or (folder and source.medium is not self.medium):
            return None
        codecs = (codec for codec in CODECS.values() if wanted in codec.carries)
        return next((c for c in codecs if c.recognises(source) and not (folder and self._is_silent(c, source))), None)

    def _is_silent(self, codec: Codec, source: Source) -> bool:
        try:
            return not self._own(read_once(codec, source))
        except ImportRefused:
            return True

    def _own(self, said: Annotations) -> list[Annotated]:
        return [sample for sample in said.samples if self.medium.owns(sample.name)]


def _labelled_by_folder(
    medium: Medium, source: Source, entries: dict[str, Entry], said: Annotations
) -> dict[str, Entry]:
    """Return the files of which no annotation says anything, but a folder called like a class does.

    That is so where most files have no annotations, so that folders are how these were sorted, or where the folder is
    called like a class of the annotations. Folders like ``images`` or ``train`` are never classes.
    """
    bare = {name: entry for name, entry in entries.items() if entry.label is None}
    if not bare or not source.path.is_dir():
        return {}
    sorted_so = MediaFolders(medium).listing(source, None).entries
    folders = {entry.id: entry for entry in sorted_so if entry.label and not _is_generic(entry.label, medium)}
    known = {composed(name).casefold(): name for name in said.classes}
    if 2 * len(bare) > len(entries) and len({entry.label for entry in folders.values()}) > 1:
        return {name: folders[name] for name in bare if name in folders}
    spelled = {name: known.get(composed(folders[name].label or "").casefold()) for name in bare if name in folders}
    return {name: replace(folders[name], label=label) for name, label in spelled.items() if label is not None}


def _is_generic(folder: str, medium: Medium) -> bool:
    plain = folder.lower()
    return plain in medium.folders or plain in LAYOUT or split_name(folder) is not None


def _both(by_folder: int, annotated: int, codec: Codec) -> str:
    return (
        f"{annotated:,} of the files have annotations ({codec.title}); the other {by_folder:,} are labelled by the "
        "names of their folders."
    )


def _kind(samples: list[Annotated]) -> Kind:
    if are_numbers(samples):
        return Kind.REGRESSION
    marked = any(marks_of(sample) is not None for sample in samples)
    several = any(sample.classes is not None and len(sample.classes) != 1 for sample in samples)
    return Kind.MULTILABEL if marked or several else Kind.MULTICLASS


def _entry(sample: Annotated, path: Path, kind: Kind) -> Entry:
    split = "train" if sample.split == "validation" else sample.split
    if kind is Kind.REGRESSION:
        return Entry(path, sample.name, None if sample.number is None else repr(sample.number), split)
    marks = marks_of(sample)
    label = JOINED_BY.join(map(joinable, sample.names)) if sample.classified else None
    # marks are called as the label calls them
    stored = None if marks is None else to_json([replace(mark, label=joinable(mark.label)) for mark in marks])
    return Entry(path, sample.name, label, split, stored)


def _nothing(codec: Codec, said: Annotations, source: Source, medium: Medium) -> str:
    first = f" The first problem: {said.problems[0].sentence}" if said.problems else ""
    return (
        f"The {codec.title} annotations in {source.path.name} are about no {medium.thing} that is there. "
        f"Put the {medium.thing}s beside them and try again.{first}"
    )
