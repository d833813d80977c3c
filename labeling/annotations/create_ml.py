"""Create ML: one JSON list of pictures with their boxes, each by its middle in pixels.

(https://developer.apple.com/documentation/createml/building-an-object-detector-data-source)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.documents import Object, is_json_with, name_of, number, objects, read_json
from labeling.annotations.lookup import Lookup
from labeling.annotations.model import Annotated, Annotations, Box, Carried, fitted
from labeling.splits import split_of_folders
from labeling.walk import Found

FILE = "annotations.json"


class CreateMl(FileCodec):
    """Boxes in pictures."""

    name = "create_ml"
    title = "Create ML"
    modalities = frozenset({Modality.IMAGE})
    carries = frozenset({Carried.BOXES, Carried.EMPTY, Carried.SPLIT})
    endings = (".json",)

    @override
    def owns(self, path: Path) -> bool:
        return is_json_with(path, b"[", ("annotations",), ("coordinates", "image"))

    @override
    def samples(self, found: Found, reading: Reading) -> Iterator[Annotated]:
        for item in objects(read_json(found.path)):
            sample = _sample(item, found, reading.media(), reading.result)
            if sample is not None:
                yield sample

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        boxed = [sample for sample in annotations.samples if sample.boxes is not None]
        for split in dict.fromkeys(sample.split for sample in boxed):
            place = folder / (split or "")
            place.mkdir(parents=True, exist_ok=True)
            part = [sample for sample in boxed if sample.split == split]
            items = [_item(sample) for sample in annotations.one_by_one(part)]
            (place / FILE).write_text(json.dumps(items, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _sample(item: Object, found: Found, lookup: Lookup, result: Annotations) -> Annotated | None:
    written = name_of(item.get("image") or item.get("imagefilename"))
    name = lookup.find(written, beside=found.relative)
    if name is None:
        result.complain(written or found.relative, "The annotations name this picture, but it is not there.")
        return None
    size = lookup.size(name)
    boxes = []
    for mark in objects(item.get("annotations")):
        label, place = name_of(mark.get("label")), mark.get("coordinates")
        if not label or not isinstance(place, dict):
            result.complain(name, "An annotation has no class or no box, so it was left out.")
            continue
        x, y, width, height = (number(place.get(key)) for key in ("x", "y", "width", "height"))
        box, sentence = fitted(Box(label, x - width / 2, y - height / 2, width, height), size)
        if sentence:
            result.complain(name, sentence)
        if box is not None:
            boxes.append(box)
    return Annotated(name, size=size, boxes=tuple(boxes), split=split_of_folders(found))


def _item(sample: Annotated) -> Object:
    marks = [
        {
            "label": box.label,
            "coordinates": {
                "x": box.x + box.width / 2,
                "y": box.y + box.height / 2,
                "width": box.width,
                "height": box.height,
            },
        }
        for box in sample.boxes or ()
    ]
    return {"image": sample.name, "annotations": marks}
