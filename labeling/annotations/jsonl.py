"""JSON lines: an object a sample, with all that can be said of it; the one format in which nothing is lost.

::

    {"file": "a/1.jpg", "label": "cat", "split": "test"}
    {"text": "Good food", "labels": ["food", "praise"]}
    {"file": "2.jpg", "size": [640, 480], "boxes": [{"label": "cat", "x": 1, "y": 2, "width": 30, "height": 40}]}
    {"file": "3.wav", "regions": [{"label": "bird", "start": 0.5, "end": 1.25}]}
    {"text": "Anna met Bob", "spans": [{"label": "person", "start": 0, "end": 4}]}
    {"file": "4.jpg", "number": 3.5}

Doccano's ``[start, end, label]`` spans are read too, and ``label`` may be a list.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from typing_extensions import override

from engine.separated import MISSING
from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.documents import Object, name_of, number, objects, read_text, size_of, text_of
from labeling.annotations.model import (
    Annotated,
    Annotations,
    Box,
    Carried,
    Region,
    Span,
    fitted,
    inside,
    timed,
)
from labeling.media import MEDIA
from labeling.source import Source
from labeling.splits import split_name
from labeling.walk import Found

FILE = "samples.jsonl"
SUFFIXES = (".jsonl", ".ndjson")
TEXTS = ("text", "data", "sentence", "content")
FILES = ("file", "filename", "file_name", "image", "audio", "path")
SPLITS = ("split", "set", "subset")
CLASSES = ("labels", "label", "classes")
MARKS = ("boxes", "regions", "spans", "entities")
TRIED_LINES = 20


class JsonLines(FileCodec):
    """Everything that a sample can be labelled with."""

    name = "jsonl"
    title = "JSON lines"
    modalities = frozenset({Modality.IMAGE, Modality.AUDIO, Modality.TEXT})
    carries = frozenset(Carried)
    endings = SUFFIXES
    long_form = True

    @override
    def owns(self, path: Path) -> bool:
        return _is_ours(path)

    @override
    def files(self, source: Source) -> list[Found]:
        return source.files.ending(*self.endings)  # classes alone are read too, where somebody asks for it

    @override
    def samples(self, found: Found, reading: Reading) -> Iterator[Annotated]:
        for place, line in enumerate(read_text(found.path).split("\n"), start=1):
            item = _object(line)
            if item is None and line.strip():
                reading.result.complain(f"{found.relative}, line {place}", "It is no JSON object, so it was left out.")
            sample = _sample(item, found, reading) if item is not None else None
            if sample is not None:
                yield sample

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        samples = annotations.one_by_one(annotations.samples)
        several = any(sample.classes is not None and _in_a_list(sample.classes) for sample in annotations.samples)
        lines = (json.dumps(_item(sample, several), ensure_ascii=False, allow_nan=False) for sample in samples)
        (folder / FILE).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _is_ours(path: Path) -> bool:
    """Whether there are marks or lists of classes in a file; single classes are read as a table's column is.

    Such a column can be chosen among others.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            lines = [file.readline(1 << 20) for _ in range(TRIED_LINES)]
    except (OSError, UnicodeDecodeError):
        return False
    items = [item for line in lines if (item := _object(line)) is not None]
    named = [item for item in items if any(key in item for key in (*TEXTS, *FILES))]
    lists = (isinstance(item.get(key), list) for item in named for key in CLASSES)
    return any(lists) or any(key in item for item in named for key in MARKS)


def _object(line: str) -> Object | None:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) else None


def _sample(item: Object, found: Found, reading: Reading) -> Annotated | None:
    result = reading.result
    text = next((text_of(item[key]) for key in TEXTS if isinstance(item.get(key), str)), None)
    written = next((name_of(item[key]) for key in FILES if isinstance(item.get(key), str)), "")
    name, size = reading.next_name, None
    if written:
        lookup = next((one for one in map(reading.media, MEDIA) if one.owns(written)), None)
        there = lookup.find(written, found.relative) if lookup else None
        if there is None or lookup is None:
            result.complain(written, "The list names this file, but it is not there.")
            return None
        name, text = there, None
        size = _size(item) or (lookup.size(there) if item.get("boxes") is not None else None)
    elif text is None:
        result.complain(found.relative, "A line names no file and holds no text, so it was left out.")
        return None
    value = number(item.get("number"))
    return Annotated(
        name,
        text=text,
        classes=_classes(item),
        number=value if math.isfinite(value) else None,
        size=size,
        boxes=_boxes(item, name, size, result),
        regions=_regions(item, name, result),
        spans=_spans(item, text, name, result) if text is not None or MEDIA[Modality.TEXT].owns(name) else None,
        split=next((split_name(name_of(item[key])) for key in SPLITS if key in item), None),
    )


def _size(item: Object) -> tuple[int, int] | None:
    size = item.get("size")
    if isinstance(size, list) and len(size) == 2:
        return size_of(size[0], size[1])
    return size_of(item.get("width"), item.get("height"))


def _classes(item: Object) -> tuple[str, ...] | None:
    for key in CLASSES:
        given = item.get(key)
        if isinstance(given, list) and all(isinstance(one, str) for one in given):
            return tuple(dict.fromkeys(filter(None, map(name_of, given))))
        if isinstance(given, str | int) and name_of(given):
            return (name_of(given),)
    return None


def _boxes(item: Object, name: str, size: tuple[int, int] | None, result: Annotations) -> tuple[Box, ...] | None:
    if not isinstance(item.get("boxes"), list):
        return None
    kept = []
    for mark in objects(item["boxes"]):
        places = (number(mark.get(key)) for key in ("x", "y", "width", "height"))
        box, sentence = fitted(Box(name_of(mark.get("label")), *places), size)
        _tell(sentence, name, result)
        if box is not None:
            kept.append(box)
    return tuple(kept)


def _regions(item: Object, name: str, result: Annotations) -> tuple[Region, ...] | None:
    if not isinstance(item.get("regions"), list):
        return None
    kept = []
    for mark in objects(item["regions"]):
        low, high = (number(mark.get(key)) for key in ("low", "high"))
        band = (low, high) if math.isfinite(low) and math.isfinite(high) else (None, None)
        times = (number(mark.get("start")), number(mark.get("end")))
        region, sentence = timed(Region(name_of(mark.get("label")), *times, *band))
        _tell(sentence, name, result)
        if region is not None:
            kept.append(region)
    return tuple(kept)


def _spans(item: Object, text: str | None, name: str, result: Annotations) -> tuple[Span, ...] | None:
    given = next((item[key] for key in ("spans", "entities") if isinstance(item.get(key), list)), None)
    if given is None:
        given = next((item[key] for key in ("label", "labels") if _has_spans(item.get(key))), None)
    if given is None:
        return None
    kept = []
    for mark in given:
        start, end, label = _ends(mark)
        span, sentence = inside(Span(label, start, end), text)
        _tell(sentence, name, result)
        if span is not None:
            kept.append(span)
    return tuple(kept)


def _has_spans(value: Any) -> bool:
    """Whether a value is a list of spans (not of class names)."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict | list) for one in value)


def _ends(mark: Any) -> tuple[int, int, str]:
    start, end, label = (*mark, None, None, None)[:3] if isinstance(mark, list) else (None, None, None)
    if isinstance(mark, dict):
        start = mark.get("start", mark.get("start_offset"))
        end = mark.get("end", mark.get("end_offset"))
        label = mark.get("label")
    first, last = number(start), number(end)
    return int(first) if math.isfinite(first) else -1, int(last) if math.isfinite(last) else -1, name_of(label)


def _tell(sentence: str, name: str, result: Annotations) -> None:
    if sentence:
        result.complain(name, sentence)


def _in_a_list(classes: tuple[str, ...]) -> bool:
    """Return whether classes need a list: a single one is read as a cell of a table, where ``NA`` is none."""
    return len(classes) != 1 or classes[0].strip() in MISSING


def _item(sample: Annotated, several: bool) -> Object:
    """Return what is written of a sample; ``several`` says whether any has not just one class: then all have lists."""
    item: Object = {"file": sample.name} if sample.text is None else {"text": sample.text}
    if sample.size is not None:
        item["size"] = list(sample.size)
    if sample.classes is not None:
        item |= {"labels": list(sample.classes)} if several else {"label": sample.classes[0]}
    if sample.number is not None:
        item["number"] = sample.number
    for key in ("boxes", "regions", "spans"):
        marks = getattr(sample, key)
        if marks is not None:
            item[key] = [{k: v for k, v in asdict(mark).items() if v is not None} for mark in marks]
    return item if sample.split is None else {**item, "split": sample.split}
