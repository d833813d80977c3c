"""YOLO: a text file of boxes a picture, in ``labels/`` beside ``images/``, and the class names in ``data.yaml``.

A line is ``class x y width height``: the class's number, then the box's middle and size as shares of the picture's
(https://docs.ultralytics.com/datasets/detect). Outlines, which have more numbers, become the box around them. Older
sets name the classes in ``classes.txt``, ``obj.names`` or ``_darknet.labels``.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from pathlib import Path, PurePosixPath

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import Codec
from labeling.annotations.documents import name_of, read_text
from labeling.annotations.lookup import Lookup
from labeling.annotations.model import Annotated, Annotations, Box, Carried, all_names, fitted
from labeling.annotations.naming import told, without_namesakes
from labeling.errors import ImportRefused
from labeling.media import MEDIA
from labeling.source import Source
from labeling.splits import split_of_folders
from labeling.walk import Found

MOST_DIGITS = 9  # of a class's number
LISTS = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
NAMES = ("classes.txt", "obj.names", "_darknet.labels", "predefined_classes.txt")
NOT_LABELS = (*NAMES, "train.txt", "val.txt", "test.txt", "valid.txt", "readme.txt", "requirements.txt")
LINE = re.compile(r"\s*\d+(\s+[-+.\deEnaif]+){4,}\s*")
MOST_LIST_BYTES = 1 << 20
MOST_LABEL_BYTES = 16 << 20
TRIED = 50


class Yolo(Codec):
    """Boxes in pictures."""

    name = "yolo"
    title = "YOLO"
    modalities = frozenset({Modality.IMAGE})
    carries = frozenset({Carried.BOXES, Carried.EMPTY, Carried.SPLIT})
    needs_size = True

    @override
    def recognises(self, source: Source) -> bool:
        if not source.path.is_dir() or not source.files.of(MEDIA[Modality.IMAGE]):
            return False
        labels = _labels(source)
        apart = any("labels" in found.folders for found in labels)
        names = {found.path.name.lower() for found in source.files.files} if apart else set()
        if not names.isdisjoint(LISTS):
            return True
        filled = filter(None, (_first_line(found.path) for found in labels))  # others are of pictures without boxes
        first = list(islice(filled, TRIED))
        # Many tools write a list of names, and some a class without a box for each picture beside it.
        return any(map(LINE.fullmatch, first)) or (not first and not names.isdisjoint(NAMES))

    @override
    def read(self, source: Source) -> Annotations:
        lookup = Lookup(source, MEDIA[Modality.IMAGE])
        result = self._read(source, lookup)
        if lookup.mixed_up:
            result = self._read(source, Lookup(source, MEDIA[Modality.IMAGE], frozenset(lookup.named)))
        return result

    def _read(self, source: Source, lookup: Lookup) -> Annotations:
        result = Annotations()
        lists = _Lists(source, result)
        for found in _labels(source):
            sample = _sample(found, lists.of(found), lookup, result)
            if sample is not None:
                result.samples.append(sample)
        result.classes = all_names(result.samples, lists.names)
        return result

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        names = all_names(annotations.samples, annotations.classes)
        numbers = {name: place for place, name in enumerate(names)}
        parts = set()
        first, _ = without_namesakes(_said(annotations), apart=True)
        for sample in annotations.one_by_one(first):
            part = sample.split or "train"
            parts.add(part)
            size = sample.size or (1, 1)  # which a picture without boxes does not need
            lines = [_line(numbers[box.label], box, size) for box in sample.boxes or ()]
            target = folder / "labels" / part / PurePosixPath(sample.name).with_suffix(".txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(lines), encoding="utf-8")
        (folder / "data.yaml").write_text(_data(names, parts), encoding="utf-8")

    @override
    def cannot_carry(self, annotations: Annotations) -> list[str]:
        others = without_namesakes(_said(annotations), apart=True)[1]
        return [*super().cannot_carry(annotations), *told(self.title, others)]


def _said(annotations: Annotations) -> list[Annotated]:
    """Return what is written: pictures with boxes whose size is known, and those that hold none."""
    boxed = (sample for sample in annotations.samples if sample.boxes is not None)
    return [sample for sample in boxed if not sample.boxes or sample.size is not None]


def _line(number: int, box: Box, size: tuple[int, int]) -> str:
    width, height = size
    middle = ((box.x + box.width / 2) / width, (box.y + box.height / 2) / height)
    shares = (*middle, box.width / width, box.height / height)
    return f"{number} {' '.join(f'{share:.12g}' for share in shares)}\n"


def _data(names: tuple[str, ...], parts: set[str]) -> str:
    """Return ``data.yaml``; names are quoted as JSON, which is YAML too.

    Ultralytics refuses it without ``train`` and ``val``, and takes places without a ``path`` as relative to the file.
    """
    import json

    train = next((part for part in ("train", "validation", "test") if part in parts), "train")
    tried = next((part for part in ("validation", "test") if part in parts), train)
    keys = {"train": train, "val": tried, **({"test": "test"} if "test" in parts else {})}
    places = [f"{key}: images/{part}\n" for key, part in keys.items()]
    listed = [f"  {number}: {json.dumps(name)}\n" for number, name in enumerate(names)]
    return "".join([*places, "names:\n", *listed])


def _labels(source: Source) -> list[Found]:
    texts = source.files.ending(".txt")
    texts = [found for found in texts if found.path.name.lower() not in NOT_LABELS]
    apart = [found for found in texts if "labels" in found.folders]
    return apart or texts


def _first_line(path: Path) -> str:
    """Return the first line that says something; empty where none does."""
    try:
        if not path.stat().st_size:
            return ""
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return file.read(4096).lstrip().partition("\n")[0]
    except OSError:
        return ""


class _Lists:
    """The classes' names by number, of each folder that has a list of its own: labelImg writes one into each.

    Attributes:
        names: all of them.
    """

    def __init__(self, source: Source, result: Annotations) -> None:
        """Where nothing tells the names, classes are called by their numbers, which ``result`` is told."""
        found = next((lists for name in (*NAMES, *LISTS) if (lists := _lists(source, name))), {})
        self._lists = {file.folders: listed for file, listed in found.items()}
        self._files = ", ".join(sorted(file.relative for file in found))
        self._alike = len({tuple(sorted(listed.items())) for listed in found.values()}) <= 1
        self.names = tuple(dict.fromkeys(name for listed in found.values() for _, name in sorted(listed.items())))
        if not found:
            result.complain(
                "", "No file names the classes (data.yaml or classes.txt), so they are called by their numbers."
            )
        elif not self._alike:
            result.complain("", f"Lists of classes differ ({self._files}); each counts for the label files beside it.")

    def of(self, file: Found) -> dict[int, str]:
        """Return the names that count for a label file: those in its folder or the nearest one around it.

        Raises:
            ImportRefused: several lists could be meant.
        """
        for depth in range(len(file.folders), -1, -1):
            if file.folders[:depth] in self._lists:
                return self._lists[file.folders[:depth]]
        if not self._alike:
            raise ImportRefused(
                f"Lists of classes differ ({self._files}), and none lies beside {file.relative} or around it, so "
                "nobody can tell what its numbers mean. Keep the right list alone."
            )
        return next(iter(self._lists.values()), {})


def _lists(source: Source, name: str) -> dict[Found, dict[int, str]]:
    """Return what the files called ``name`` say; not those that say nothing."""
    files = [found for found in source.files.files if found.path.name.lower() == name]
    read = _described if name in LISTS else _lines
    return {found: listed for found in files if (listed := read(found.path))}


def _lines(path: Path) -> dict[int, str]:
    """Return the names that stand a line each; a blank line counts, or the numbers after it would be others."""
    names = enumerate(map(name_of, read_text(path, MOST_LIST_BYTES).splitlines()))
    return {number: name for number, name in names if name}


def _described(path: Path) -> dict[int, str]:
    import yaml

    try:
        # As plain text: what else stands there, such as a date that no calendar has, does not matter.
        document = yaml.load(read_text(path, MOST_LIST_BYTES), yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise ImportRefused(f"{path.name} cannot be read as YAML. Write it anew with your tool.") from error
    names = document.get("names") if isinstance(document, dict) else None
    numbered = list(names.items()) if isinstance(names, dict) else []
    if isinstance(names, list):
        numbered = [(str(number), name) for number, name in enumerate(names)]
    usable = [(number, name_of(name)) for number, name in numbered if number.isdecimal() and len(number) <= MOST_DIGITS]
    return {int(number): name for number, name in usable if name}


def _sample(found: Found, names: dict[int, str], lookup: Lookup, result: Annotations) -> Annotated | None:
    stem = PurePosixPath(found.relative).with_suffix("").name
    name = lookup.of_stem(stem, _folders(found))
    if name is None:
        result.complain(found.relative, f"There is no one picture {stem}, so its boxes were left out.")
        return None
    size = lookup.size(name)
    if size is None:
        return Annotated(name)  # the picture cannot be opened, which whoever takes it in says
    boxes = []
    for line in read_text(found.path, MOST_LABEL_BYTES).splitlines():
        box = _box(line, names, size, name, result) if line.strip() else None
        if box is not None:
            boxes.append(box)
    split = split_of_folders(found)
    return Annotated(name, size=size, boxes=tuple(boxes), split=split, said_in=found.relative)


def _folders(found: Found) -> tuple[str, ...]:
    """Return where the picture of a label file lies: in ``images`` where the other lies in ``labels``, or beside it."""
    folder = PurePosixPath(*found.folders)
    swapped = PurePosixPath(*("images" if part == "labels" else part for part in found.folders))
    without = PurePosixPath(*(part for part in found.folders if part != "labels"))
    return tuple(path.as_posix() for path in (swapped, folder, without))


def _box(line: str, names: dict[int, str], size: tuple[int, int], name: str, result: Annotations) -> Box | None:
    try:
        number, *places = line.split()
        shares = [float(place) for place in places]
        label = names.get(int(number), number if not names else "")
    except ValueError:
        label, shares = "", []
    if len(shares) < 4 or not all(map(math.isfinite, shares)):
        result.complain(name, "A line of its label file is no box, so it was left out.")
        return None
    if not label:
        result.complain(name, f"A box is of class number {number}, which has no name, so it was left out.")
        return None
    x, y, width, height = shares[:4] if len(shares) < 6 else _around(shares)
    pixels = ((x - width / 2) * size[0], (y - height / 2) * size[1], width * size[0], height * size[1])
    box, sentence = fitted(Box(label, *pixels), size)
    if sentence:
        result.complain(name, sentence)
    return box


def _around(outline: list[float]) -> tuple[float, float, float, float]:
    """Return middle and size of the box around an outline x1 y1 x2 y2 and so on."""
    across, down = outline[0::2], outline[1::2]
    left, right, top, bottom = min(across), max(across), min(down), max(down)
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
