"""labelme: a JSON file a picture, beside it (https://github.com/wkentaro/labelme).

Rectangles are two corners. Outlines and circles become the box around them, lines and points are left out. ``flags``
that are set are classes of the whole picture.
"""

from __future__ import annotations

import json
import math
from pathlib import Path, PurePosixPath

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.documents import Object, is_json_with, name_of, number, objects, read_json, size_of
from labeling.annotations.lookup import Lookup
from labeling.annotations.model import Annotated, Annotations, Box, Carried, fitted
from labeling.annotations.naming import own_files
from labeling.walk import Found

VERSION = "5.5.0"  # of labelme, whose files these can be read as


class Labelme(FileCodec):
    """Boxes in pictures, and classes of whole pictures."""

    name = "labelme"
    title = "labelme"
    modalities = frozenset({Modality.IMAGE})
    carries = frozenset({Carried.BOXES, Carried.EMPTY, Carried.CLASS, Carried.CLASSES, Carried.NONE})
    endings = (".json",)

    @override
    def owns(self, path: Path) -> bool:
        return is_json_with(path, b"{", ("shapes",), ("imagePath", "version"))

    @override
    def samples(self, found: Found, reading: Reading) -> list[Annotated]:
        sample = _sample(read_json(found.path), found, reading.media(), reading.result)
        return [] if sample is None else [sample]

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        said = [sample for sample in annotations.samples if sample.boxes is not None or sample.classes is not None]
        files = own_files([sample.name for sample in said], ".json")
        for sample, inner in zip(annotations.one_by_one(said), files, strict=True):
            target = folder / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            names = annotations.classes if sample.classes is not None else ()
            text = json.dumps(_document(sample, names), ensure_ascii=False, allow_nan=False)
            target.write_text(text, encoding="utf-8")


def _sample(document: Object, found: Found, lookup: Lookup, result: Annotations) -> Annotated | None:
    written = name_of(document.get("imagePath"))
    name = lookup.of_file(found.relative, written)
    if name is None:
        result.complain(
            found.relative, f"It is about the picture {written or found.path.stem}, which is not there: left out."
        )
        return None
    size = size_of(document.get("imageWidth"), document.get("imageHeight")) or lookup.size(name)
    boxes = [box for shape in objects(document.get("shapes")) if (box := _box(shape, name, size, result)) is not None]
    flags = document.get("flags")
    given = flags if isinstance(flags, dict) else {}
    classes = tuple(name_of(key) for key, said in given.items() if said is True and name_of(key)) if given else None
    return Annotated(name, classes=classes, size=size, boxes=tuple(boxes) if boxes or classes is None else None)


def _box(shape: Object, name: str, size: tuple[int, int] | None, result: Annotations) -> Box | None:
    label, kind = name_of(shape.get("label")), shape.get("shape_type") or "polygon"
    places = shape.get("points")
    points = (
        [(number(p[0]), number(p[1])) for p in places if isinstance(p, list) and len(p) >= 2]
        if isinstance(places, list)
        else []
    )
    if kind == "circle" and len(points) == 2:
        (x, y), radius = points[0], math.dist(*points)
        points = [(x - radius, y - radius), (x + radius, y + radius)]
    if not label or len(points) < 2 or kind in ("line", "linestrip", "point", "points"):
        result.complain(name, f"A mark “{label}” ({kind}) is no box, so it was left out.")
        return None
    across, down = [x for x, _ in points], [y for _, y in points]
    left, top = min(across), min(down)
    box, sentence = fitted(Box(label, left, top, max(across) - left, max(down) - top), size)
    if sentence:
        result.complain(name, sentence)
    return box


def _document(sample: Annotated, names: tuple[str, ...]) -> Object:
    width, height = sample.size or (None, None)
    flags = {name: name in (sample.classes or ()) for name in dict.fromkeys((*names, *(sample.classes or ())))}
    return {
        "version": VERSION,
        "flags": flags,
        "shapes": [
            {
                "label": box.label,
                "points": [[box.x, box.y], [box.x + box.width, box.y + box.height]],
                "group_id": None,
                "description": "",
                "shape_type": "rectangle",
                "flags": {},
            }
            for box in sample.boxes or ()
        ],
        "imagePath": PurePosixPath(sample.name).name,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }
