"""The ways in which the same files can be read: by annotations, by a list, by their folders, or without labels."""

from __future__ import annotations

from engine.task import Modality
from labeling.formats import FORMATS
from labeling.formats.media import MediaFormat
from labeling.formats.media_flat import MediaFlat
from labeling.formats.media_folders import MediaFolders
from labeling.media import MEDIA, Medium
from labeling.source import Source
from labeling.understanding import Understanding

LOOSE = (Modality.IMAGE, Modality.AUDIO)  # a few texts beside other files are notes and lists


def modality_of(layout: str | None) -> Modality | None:
    """Return what files a format is about; None for tables and texts in one file, and where no format is named."""
    format_ = FORMATS.get(layout or "")
    return format_.medium.modality if isinstance(format_, MediaFormat) else None


def other_layouts(source: Source, found: Understanding) -> tuple[str, ...]:
    """Return the names of the other formats that the files can be read as, the other media among them last."""
    current = FORMATS[found.format]
    if not isinstance(current, MediaFormat) or not source.path.is_dir():
        return ()
    mine = [format_ for format_ in FORMATS.values() if isinstance(format_, MediaFormat) and format_ is not current]
    names = [format_.name for format_ in mine if format_.medium is current.medium and _fits(format_, source)]
    others = [medium for medium in _others(source, current.medium) if medium.modality in LOOSE]
    return (*names, *(f"{medium.modality.value}_{_plain(source, medium)}" for medium in others))


def _fits(format_: MediaFormat, source: Source) -> bool:
    if isinstance(format_, MediaFlat):
        return True
    if isinstance(format_, MediaFolders):
        return len({entry.label for entry in format_.listing(source, None).entries} - {None}) > 1
    return format_.recognises(source)


def _others(source: Source, mine: Medium) -> list[Medium]:
    return [medium for medium in MEDIA.values() if medium is not mine and source.files.of(medium)]


def _plain(source: Source, medium: Medium) -> str:
    return "folders" if any(found.folders for found in source.files.of(medium)) else "flat"
