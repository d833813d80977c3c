"""A folder of image folders: the folder's name is the label. ``train`` and ``test`` folders set a test part apart."""

from __future__ import annotations

from collections import Counter

from typing_extensions import override

from labeling.formats.base import Source
from labeling.formats.images import Entry, ImageFormat, Listing
from labeling.walk import Found

TRAIN_NAMES = ("train", "training", "train_set", "trainset")
TEST_NAMES = ("test", "testing", "test_set", "testset", "eval")
VALIDATION_NAMES = ("val", "valid", "validation", "dev")


class ImageFolders(ImageFormat):
    """Folders of pictures, one a class."""

    name = "image_folders"

    @override
    def recognises(self, source: Source) -> bool:
        return any(found.folders for found in source.files.pictures)

    @override
    def listing(self, source: Source, target: str | None) -> Listing:
        pictures = source.files.pictures
        depth = _wrapping(pictures)
        parts = _parts(pictures, depth)
        entries = []
        for found in pictures:
            inner = found.folders[depth:]
            split = parts.get(inner[0]) if inner else None
            if split is not None:
                inner = inner[1:]
            entries.append(Entry(found.path, found.relative, inner[0] if inner else None, split))
        return Listing(entries, list(source.files.problems))


def split_name(name: str) -> str | None:
    """Return ``train``, ``test`` or ``validation`` if that is what a folder's or file's name says."""
    plain = name.lower()
    for split, names in (("train", TRAIN_NAMES), ("test", TEST_NAMES), ("validation", VALIDATION_NAMES)):
        if plain in names:
            return split
    return None


def _wrapping(pictures: list[Found]) -> int:
    """Return how many folders merely wrap the class folders, as unpacking an archive leaves them."""
    depth = 0
    while True:
        inner = [found.folders[depth:] for found in pictures]
        if not all(inner) or len({folders[0] for folders in inner}) > 1:
            return depth
        if split_name(inner[0][0]) or not all(len(folders) > 1 for folders in inner):
            return depth
        depth += 1


def _parts(pictures: list[Found], depth: int) -> dict[str, str]:
    """Return the split of each top folder if they are parts like ``train`` and ``test``, else nothing."""
    tops = Counter(found.folders[depth] for found in pictures if len(found.folders) > depth)
    splits = {top: split_name(top) for top in tops}
    if not tops or None in splits.values() or "train" not in splits.values():
        return {}
    has_test = "test" in splits.values()
    meaning = {"train": "train", "test": "test", "validation": "train" if has_test else "test"}
    return {top: meaning[split] for top, split in splits.items() if split is not None}
