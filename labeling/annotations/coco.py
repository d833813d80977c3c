"""COCO: one JSON file of images, categories and boxes (https://cocodataset.org/#format-data).

Outlines (``segmentation``) are not kept: their box is. Several files are parts of one set, such as
``instances_train.json`` and ``instances_val.json``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.documents import Object, is_json_with, name_of, number, objects, read_json, size_of
from labeling.annotations.lookup import Lookup
from labeling.annotations.model import Annotated, Annotations, Box, Carried, all_names, fitted
from labeling.splits import split_name
from labeling.walk import Found

FILE = "annotations.json"


class Coco(FileCodec):
    """Boxes in pictures."""

    name = "coco"
    title = "COCO"
    modalities = frozenset({Modality.IMAGE})
    carries = frozenset({Carried.BOXES, Carried.EMPTY, Carried.SPLIT})
    endings = (".json",)

    @override
    def owns(self, path: Path) -> bool:
        return is_json_with(path, b"{", ("images",), ("categories",), ("annotations", "bbox"))

    @override
    def samples(self, found: Found, reading: Reading) -> list[Annotated]:
        return _read(read_json(found.path), found, reading.media(), reading.result)

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        boxed = [sample for sample in annotations.samples if sample.boxes is not None]
        for split in dict.fromkeys(sample.split for sample in boxed):
            part = [sample for sample in boxed if sample.split == split]
            name = FILE if split is None else f"instances_{split}.json"
            text = json.dumps(_document(part, annotations), ensure_ascii=False, allow_nan=False)
            (folder / name).write_text(text, encoding="utf-8")


def _split(found: Found) -> str | None:
    words = found.path.stem.replace("-", "_").split("_")
    return next((split for word in (*words, *found.folders) if (split := split_name(word)) is not None), None)


def _read(document: Object, found: Found, lookup: Lookup, result: Annotations) -> list[Annotated]:
    split = _split(found)
    categories = {_key(item.get("id")): name_of(item.get("name")) for item in objects(document.get("categories"))}
    result.classes = tuple(dict.fromkeys((*result.classes, *filter(None, categories.values()))))
    samples: dict[str, Annotated] = {}
    images = objects(document.get("images"))
    listed = {_key(item.get("id")) for item in images}
    for item in images:
        written = name_of(item.get("file_name"))
        name = lookup.find(written, beside=found.relative)
        if name is None:
            result.complain(written or found.relative, "The annotations name this picture, but it is not there.")
            continue
        size = size_of(item.get("width"), item.get("height")) or lookup.size(name)
        samples[_key(item.get("id"))] = Annotated(name, size=size, boxes=(), split=split)
    boxes: dict[str, list[Box]] = {key: [] for key in samples}
    for item in objects(document.get("annotations")):
        key = _key(item.get("image_id"))
        if key not in samples:
            if key not in listed:
                result.complain(found.relative, f"A box is of the unknown picture {key}, so it was left out.")
            continue  # else its picture is not there, which was said
        box = _box(item, categories, samples[key], result)
        if box is not None:
            boxes[key].append(box)
    return [replace(sample, boxes=tuple(boxes[key])) for key, sample in samples.items()]


def _key(value: Any) -> str:
    """Return an id as text: some tools write 7 in one place and "7" in the other."""
    return str(value)


def _box(item: Object, categories: dict[str, str], sample: Annotated, result: Annotations) -> Box | None:
    category = _key(item.get("category_id"))
    label = categories.get(category, "")
    if not label:
        result.complain(sample.name, f"A box is of the unknown category {category}, so it was left out.")
        return None
    corner = item.get("bbox")
    if not isinstance(corner, list) or len(corner) != 4:
        result.complain(sample.name, f"An annotation of “{label}” has no box, so it was left out.")
        return None
    box, sentence = fitted(Box(label, *map(number, corner)), sample.size)
    if sentence:
        result.complain(sample.name, sentence)
    return box


def _document(samples: list[Annotated], annotations: Annotations) -> Object:
    names = all_names(annotations.samples, annotations.classes)
    numbers = {name: place for place, name in enumerate(names, start=1)}
    images: list[Object] = []
    marks: list[Object] = []
    for place, sample in enumerate(annotations.one_by_one(samples), start=1):
        size = {} if sample.size is None else {"width": sample.size[0], "height": sample.size[1]}
        images.append({"id": place, "file_name": sample.name, **size})
        for box in sample.boxes or ():
            marks.append(
                {
                    "id": len(marks) + 1,
                    "image_id": place,
                    "category_id": numbers[box.label],
                    "bbox": [box.x, box.y, box.width, box.height],
                    "area": box.width * box.height,
                    "iscrowd": 0,
                }
            )
    categories = [{"id": number, "name": name} for name, number in numbers.items()]
    return {"images": images, "annotations": marks, "categories": categories}
