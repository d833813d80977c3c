"""A folder for each class with its files in it, read again as any folder of folders is.

Files are copied. Parts that the data sets apart are folders around the classes.
"""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import Writer, respelled_classes
from labeling.annotations.model import Annotated, Annotations, Carried
from labeling.file_names import FORBIDDEN, RESERVED, is_there
from labeling.walk import SKIPPED

PARTS = {"test": "test", "train": "train", "validation": "train"}
MOST_NAME = 100  # bytes; a name may need as many again to be unlike another


class ClassFolders(Writer):
    """One class of each file."""

    name = "folders"
    title = "Folders of classes"
    modalities = frozenset({Modality.IMAGE, Modality.AUDIO, Modality.TEXT})
    carries = frozenset({Carried.CLASS, Carried.SPLIT})
    takes_media = True

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        said = _said(annotations)
        names = _names(said)
        apart = any(sample.split == "test" for sample in said)
        taken: set[str] = set()
        for sample in annotations.one_by_one(said):
            part = f"{PARTS.get(sample.split or '', 'train')}/" if apart else ""
            (label,) = sample.classes or ("",)
            _write(sample, folder, _free(f"{part}{names[label]}", sample, taken))

    @override
    def cannot_carry(self, annotations: Annotations) -> list[str]:
        return [*super().cannot_carry(annotations), *respelled_classes(self.title, _names(_said(annotations)))]


def _said(annotations: Annotations) -> list[Annotated]:
    return [sample for sample in annotations.samples if len(sample.classes or ()) == 1]


def _names(samples: list[Annotated]) -> dict[str, str]:
    """Return the folder of each class."""
    return _folder_names(sorted({name for sample in samples for name in sample.classes or ()}))


def _write(sample: Annotated, folder: Path, name: str) -> None:
    place = folder / name
    if sample.text is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(sample.text, encoding="utf-8", newline="")
    elif sample.path is not None and is_there(sample.path):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sample.path, place)


def _folder_names(classes: list[str]) -> dict[str, str]:
    """Return a name for the folder of each class that every disk takes, no two alike."""
    found: dict[str, str] = {}
    for name in classes:
        plain = _plain(name)
        free, number = plain, 1
        while free.casefold() in map(str.casefold, found.values()):
            number += 1
            free = f"{plain} ({number})"
        found[name] = free
    return found


def _plain(name: str) -> str:
    """Return a class name as the name of a folder: no signs that disks refuse, none that hides or leads elsewhere."""
    shown = name.translate(FORBIDDEN).encode()[:MOST_NAME].decode("utf-8", "ignore").strip().rstrip(".")
    hidden = not shown or shown.startswith(".") or shown.lower() in {*SKIPPED, *RESERVED}
    return f"_{shown}" if hidden else shown


def _free(folder: str, sample: Annotated, taken: set[str]) -> str:
    """Return a name in a folder that no other file has; the folders that a file came from tell two apart."""
    base = PurePosixPath(f"{sample.name}.txt" if sample.text is not None else sample.name)
    name = f"{folder}/{base.name}"
    if name.casefold() in taken:
        joined = "_".join(base.parts).encode()[-MOST_NAME * 2 :].decode("utf-8", "ignore").lstrip(". ")
        name = f"{folder}/{joined}" if len(base.parts) > 1 else name
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{folder}/{base.stem} ({number}){base.suffix}"
    taken.add(free.casefold())
    return free
