"""A flat folder of files of one medium, without labels."""

from __future__ import annotations

from typing_extensions import override

from labeling.formats.media import Entry, Listing, MediaFormat
from labeling.media import Medium
from labeling.source import Source


class MediaFlat(MediaFormat):
    """Files in one folder, or a single one; nothing says what they are."""

    def __init__(self, medium: Medium) -> None:
        super().__init__(medium, "flat")

    @override
    def recognises(self, source: Source) -> bool:
        if source.medium is not self.medium:
            return False
        return not any(found.folders for found in source.files.of(self.medium))

    @override
    def listing(self, source: Source, target: str | None) -> Listing:
        entries = [Entry(found.path, found.relative) for found in source.files.of(self.medium)]
        return Listing(entries, list(source.files.problems))
