"""A flat folder of pictures without labels."""

from __future__ import annotations

from typing_extensions import override

from labeling.formats.base import Source
from labeling.formats.images import Entry, ImageFormat, Listing


class ImageFlat(ImageFormat):
    """Pictures in one folder, or a single picture; nothing says what they show."""

    name = "image_flat"

    @override
    def recognises(self, source: Source) -> bool:
        pictures = source.files.pictures
        return bool(pictures) and not any(found.folders for found in pictures)

    @override
    def listing(self, source: Source, target: str | None) -> Listing:
        entries = [Entry(found.path, found.relative) for found in source.files.pictures]
        return Listing(entries, list(source.files.problems))
