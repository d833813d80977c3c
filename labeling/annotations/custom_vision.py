"""Azure Custom Vision: the tagged images of a project as its training API lists them.

A JSON list of pictures (or several such files, one a page), each with ``tags`` and ``regions`` whose places are shares
of the picture's size. A picture's file is called by its ``id``, or as in its address
(https://learn.microsoft.com/rest/api/customvision/get-tagged-images).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.documents import Object, is_json_with, name_of, number, objects, read_json, size_of
from labeling.annotations.lookup import Lookup
from labeling.annotations.model import Annotated, Annotations, Box, Carried, fitted
from labeling.walk import Found

FILE = "tagged_images.json"
ADDRESSES = ("originalImageUri", "resizedImageUri", "thumbnailUri")


class CustomVision(FileCodec):
    """Classes of pictures, and boxes in them."""

    name = "custom_vision"
    title = "Azure Custom Vision"
    modalities = frozenset({Modality.IMAGE})
    carries = frozenset({Carried.CLASS, Carried.CLASSES, Carried.BOXES})
    needs_size = True
    endings = (".json",)

    @override
    def owns(self, path: Path) -> bool:
        return is_json_with(path, b"[", ("id",), ("tags",), ADDRESSES)

    @override
    def samples(self, found: Found, reading: Reading) -> Iterator[Annotated]:
        for item in objects(read_json(found.path)):
            sample = _sample(item, found, reading.media(), reading.result)
            if sample is not None:
                yield sample

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        said = [sample for sample in annotations.samples if sample.classes or sample.boxes]
        placed = [sample for sample in said if sample.boxes is None or sample.size is not None]
        items = [_item(sample) for sample in annotations.one_by_one(placed)]
        (folder / FILE).write_text(json.dumps(items, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _sample(item: Object, found: Found, lookup: Lookup, result: Annotations) -> Annotated | None:
    name = _picture(item, found, lookup)
    if name is None:
        result.complain(found.relative, f"Picture {name_of(item.get('id'))} is not there. Download it beside the list.")
        return None
    size = size_of(item.get("width"), item.get("height")) or lookup.size(name)
    regions = item.get("regions")
    tags = dict.fromkeys(name_of(tag.get("tagName")) for tag in objects(item.get("tags")))
    classes = tuple(tag for tag in tags if tag)
    if not objects(regions):
        return Annotated(name, classes=classes or None, size=size)
    boxes = []
    marked = {name_of(region.get("tagName")) for region in objects(regions)}
    whole = tuple(name for name in classes if name not in marked)
    for region in objects(regions):
        shares = [number(region.get(key)) for key in ("left", "top", "width", "height")]
        label = name_of(region.get("tagName"))
        if not label or size is None:
            result.complain(name, "A region has no tag, or its picture has no size, so it was left out.")
            continue
        x, y, width, height = (share * size[at % 2] for at, share in enumerate(shares))
        box, sentence = fitted(Box(label, x, y, width, height), size)
        if sentence:
            result.complain(name, sentence)
        if box is not None:
            boxes.append(box)
    return Annotated(name, classes=whole or None, size=size, boxes=tuple(boxes))


def _picture(item: Object, found: Found, lookup: Lookup) -> str | None:
    folder = PurePosixPath(found.relative).parent.as_posix()
    addresses = [address for key in ADDRESSES if isinstance(address := item.get(key), str)]
    paths = [unquote(_path_of(address)).lstrip("/") for address in addresses]
    # Before the id, which names no folder; an address that we wrote is a name as it is, with any sign that it has.
    exact = (lookup.exactly(place, found.relative) for place in (*addresses, *paths))
    named = next(filter(None, exact), None) or lookup.of_stem(name_of(item.get("id")), (folder,))
    return named or next(filter(None, (lookup.find(path, beside=found.relative) for path in paths)), None)


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:  # an address that is none
        return ""


def _item(sample: Annotated) -> Object:
    width, height = sample.size or (None, None)
    regions = [
        {
            "tagName": box.label,
            "left": box.x / sample.size[0],
            "top": box.y / sample.size[1],
            "width": box.width / sample.size[0],
            "height": box.height / sample.size[1],
        }
        for box in sample.boxes or ()
        if sample.size is not None
    ]
    names = sample.names
    return {
        "id": PurePosixPath(sample.name).stem,
        "width": width,
        "height": height,
        "originalImageUri": sample.name,
        "tags": [{"tagName": name} for name in names],
        "regions": regions,
    }
