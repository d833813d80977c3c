"""A folder of folders: the folder's name is the label. ``train`` and ``test`` folders set a test part apart."""

from __future__ import annotations

from collections import Counter

from typing_extensions import override

from labeling.formats.media import Entry, Listing, MediaFormat
from labeling.media import Medium
from labeling.source import Source
from labeling.splits import split_name
from labeling.walk import Found


class MediaFolders(MediaFormat):
    """Folders of files, one a class."""

    def __init__(self, medium: Medium) -> None:
        super().__init__(medium, "folders")

    @override
    def recognises(self, source: Source) -> bool:
        return source.medium is self.medium and any(found.folders for found in source.files.of(self.medium))

    @override
    def listing(self, source: Source, target: str | None) -> Listing:
        files = source.files.of(self.medium)
        depth = _wrapping(files)
        parts = _parts(files, depth)
        entries = []
        for found in files:
            inner = found.folders[depth:]
            split = parts.get(inner[0]) if inner else None
            if split is not None:
                inner = inner[1:]
            entries.append(Entry(found.path, found.relative, inner[0] if inner else None, split))
        return Listing(entries, list(source.files.problems))


def _wrapping(files: list[Found]) -> int:
    """Return how many folders merely wrap the class folders, as unpacking an archive leaves them."""
    depth = 0
    while True:
        inner = [found.folders[depth:] for found in files]
        if not all(inner) or len({folders[0] for folders in inner}) > 1:
            return depth
        if split_name(inner[0][0]) or not all(len(folders) > 1 for folders in inner):
            return depth
        depth += 1


def _parts(files: list[Found], depth: int) -> dict[str, str]:
    """Return the split of each top folder if they are parts like ``train`` and ``test``, else nothing."""
    tops = Counter(found.folders[depth] for found in files if len(found.folders) > depth)
    splits = {top: split_name(top) for top in tops}
    if not tops or None in splits.values() or "train" not in splits.values():
        return {}
    has_test = "test" in splits.values()
    meaning = {"train": "train", "test": "test", "validation": "train" if has_test else "test"}
    return {top: meaning[split] for top, split in splits.items() if split is not None}
