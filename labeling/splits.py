"""Names of folders, files and columns that say which part of the data they hold."""

from __future__ import annotations

from labeling.walk import Found

TRAIN_NAMES = ("train", "training", "train_set", "trainset")
TEST_NAMES = ("test", "testing", "test_set", "testset", "eval")
VALIDATION_NAMES = ("val", "valid", "validation", "dev")
SPLIT_COLUMNS = ("split", "set", "subset", "dataset", "data set", "data_set", "fold", "part")


def split_name(name: str) -> str | None:
    """Return ``train``, ``test`` or ``validation`` if that is what a folder's or file's name says."""
    plain = name.lower()
    for split, names in (("train", TRAIN_NAMES), ("test", TEST_NAMES), ("validation", VALIDATION_NAMES)):
        if plain in names:
            return split
    return None


def split_of_folders(found: Found) -> str | None:
    """Return what the folders that a file lies in say, the outermost first."""
    return next((split for folder in found.folders if (split := split_name(folder)) is not None), None)
