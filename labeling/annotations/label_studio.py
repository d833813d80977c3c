"""Label Studio: its JSON export, and tasks to import (https://labelstud.io/guide/export).

Choices are classes, numbers are numbers; rectangles are boxes (in percent of the picture), labels in sounds are regions
and in texts spans. Of several annotations of a task the last that was not skipped counts. Uploaded files are found by
their own name, without the eight digits that Label Studio puts before it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.documents import Object, is_json_with, name_of, number, objects, read_json, size_of, text_of
from labeling.annotations.lookup import Lookup
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
from labeling.walk import Found

FILE = "label_studio.json"
UPLOADED = re.compile(r"^[0-9a-f]{8}-")
KEYS = {
    Modality.IMAGE: ("image", "img", "picture"),
    Modality.AUDIO: ("audio", "sound", "wav"),
    Modality.TEXT: ("text",),
}


class LabelStudio(FileCodec):
    """Everything that a sample can be labelled with."""

    name = "label_studio"
    title = "Label Studio"
    modalities = frozenset({Modality.IMAGE, Modality.AUDIO, Modality.TEXT})
    carries = frozenset(set(Carried) - {Carried.SPLIT})
    needs_size = True
    endings = (".json",)

    @override
    def owns(self, path: Path) -> bool:
        return is_json_with(path, b"[", ("data",), ("annotations", "predictions", "completions"))

    @override
    def samples(self, found: Found, reading: Reading) -> Iterator[Annotated]:
        for task in objects(read_json(found.path)):
            sample = _sample(task, found, reading)
            if sample is not None:
                yield sample

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        samples = annotations.one_by_one(annotations.samples)
        tasks = [_task(number, sample) for number, sample in enumerate(samples, start=1)]
        (folder / FILE).write_text(json.dumps(tasks, ensure_ascii=False, allow_nan=False), encoding="utf-8")


@dataclass
class _Said:
    """What the results of one task say."""

    classes: list[str] | None = None
    number: float | None = None
    boxes: list[Box] | None = None
    regions: list[Region] | None = None
    spans: list[Span] | None = None
    sentences: list[str] = field(default_factory=list)


def _sample(task: Object, found: Found, reading: Reading) -> Annotated | None:
    data = task.get("data")
    result = reading.result
    place = _place(data if isinstance(data, dict) else {}, found, reading)
    if place is None:
        result.complain(found.relative, f"The file of task {name_of(task.get('id'))} is not there, so it was left out.")
        return None
    modality, name, text = place
    name = name or reading.next_name
    size = reading.media().size(name) if modality is Modality.IMAGE else None
    said = _Said()
    results = _results(task)
    for item in results or ():
        size = _hear(item, modality, size, text, said)
    if results == []:
        _say_nothing(modality, said)
    for sentence in said.sentences:
        result.complain(name, sentence)
    return Annotated(
        name,
        text=text,
        classes=None if said.classes is None else tuple(dict.fromkeys(said.classes)),
        number=said.number,
        size=size,
        boxes=None if said.boxes is None else tuple(said.boxes),
        regions=None if said.regions is None else tuple(said.regions),
        spans=None if said.spans is None else tuple(said.spans),
    )


def _place(data: Object, found: Found, reading: Reading) -> tuple[Modality, str, str | None] | None:
    """Return what the sample of a task is: its kind, its file's name and its text; None where its file is not there."""
    for modality in (Modality.IMAGE, Modality.AUDIO):
        lookup = reading.media(modality)
        keys = [key for key in data if key in KEYS[modality]]
        keys += [key for key, value in data.items() if isinstance(value, str) and lookup.owns(_written(value))]
        for key in dict.fromkeys(keys):
            if isinstance(data[key], str):
                name = _file(_written(data[key]), found, lookup)
                return None if name is None else (modality, name, None)
    texts = [key for key in (*KEYS[Modality.TEXT], *data) if isinstance(data.get(key), str)]
    return (Modality.TEXT, "", text_of(data[texts[0]])) if texts else None


def _file(written: str, found: Found, lookup: Lookup) -> str | None:
    folder, _, bare = written.rpartition("/")
    return lookup.find(written, found.relative) or lookup.find(
        f"{folder}/{UPLOADED.sub('', bare)}".lstrip("/"), found.relative
    )


def _written(address: str) -> str:
    """Return the path in an address: of a local file, of an uploaded one, or the address itself."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    local = parse_qs(parts.query).get("d", [])
    return (
        local[0] if local else unquote(parts.path).lstrip("/") if parts.scheme or address.startswith("/") else address
    )


def _results(task: Object) -> list[Object] | None:
    """Return what the last annotation says that counts; None where nobody annotated it."""
    given = objects(task.get("annotations")) or objects(task.get("completions"))
    kept = [one for one in given if not one.get("was_cancelled") and not one.get("skipped")]
    return objects(kept[-1].get("result")) if kept else None


def _hear(
    item: Object, modality: Modality, size: tuple[int, int] | None, text: str | None, said: _Said
) -> tuple[int, int] | None:
    """Take up one result; return the size of the picture, which it may tell."""
    value = item.get("value")
    value = value if isinstance(value, dict) else {}
    size = size or size_of(item.get("original_width"), item.get("original_height"))
    if isinstance(value.get("choices"), list):
        said.classes = [*(said.classes or []), *filter(None, map(name_of, value["choices"]))]
    elif item.get("type") == "number" and math.isfinite(number(value.get("number"))):
        said.number = number(value.get("number"))
    elif modality is Modality.IMAGE:
        _hear_box(value, size, said)
    elif modality is Modality.AUDIO:
        _hear_region(value, said)
    else:
        _hear_span(value, text or "", said)
    return size


def _label(value: Object) -> str:
    """Return the class of a mark: ``labels``, ``rectanglelabels``, ``hypertextlabels`` and so on."""
    lists = (given for key, given in value.items() if key.endswith("labels") and isinstance(given, list))
    return next((name_of(given[0]) for given in lists if given), "")


def _hear_box(value: Object, size: tuple[int, int] | None, said: _Said) -> None:
    label = _label(value)
    if not label or size is None:
        said.sentences.append("A mark has no class, or its picture has no size, so it was left out.")
        return
    shares = [number(value.get(key)) / 100 for key in ("x", "y", "width", "height")]
    box, sentence = fitted(Box(label, *(share * size[at % 2] for at, share in enumerate(shares))), size)
    _keep(sentence, said)
    said.boxes = [*(said.boxes or []), *([box] if box else [])]


def _hear_region(value: Object, said: _Said) -> None:
    region, sentence = timed(Region(_label(value), number(value.get("start")), number(value.get("end"))))
    _keep(sentence, said)
    said.regions = [*(said.regions or []), *([region] if region else [])]


def _hear_span(value: Object, text: str, said: _Said) -> None:
    start, end = number(value.get("start")), number(value.get("end"))
    whole = int(start) if math.isfinite(start) else -1, int(end) if math.isfinite(end) else -1
    span, sentence = inside(Span(_label(value), *whole), text)
    _keep(sentence, said)
    said.spans = [*(said.spans or []), *([span] if span else [])]


def _keep(sentence: str, said: _Said) -> None:
    if sentence:
        said.sentences.append(sentence)


def _say_nothing(modality: Modality, said: _Said) -> None:
    """Take an annotation without results for a sample that was looked at and holds no marks."""
    if modality is Modality.IMAGE:
        said.boxes = []
    elif modality is Modality.AUDIO:
        said.regions = []
    else:
        said.spans = []


def _task(place: int, sample: Annotated) -> Object:
    results = list(_written_results(sample))
    annotation = [{"id": place, "result": results, "was_cancelled": False}] if sample.labelled else []
    return {
        "id": place,
        "data": {_key(sample): sample.name if sample.text is None else sample.text},
        "annotations": annotation,
    }


def _key(sample: Annotated) -> str:
    if sample.text is not None:
        return "text"
    sound = sample.regions is not None or MEDIA[Modality.AUDIO].owns(sample.name)
    return "audio" if sound else "image"


def _written_results(sample: Annotated) -> Iterator[Object]:
    key = _key(sample)
    if sample.classes is not None:
        yield {"type": "choices", "from_name": "choice", "to_name": key, "value": {"choices": list(sample.classes)}}
    if sample.number is not None:
        yield {"type": "number", "from_name": "number", "to_name": key, "value": {"number": sample.number}}
    for box in sample.boxes or ():
        if sample.size is not None:
            yield _written_box(box, sample.size)
    for region in sample.regions or ():
        value: Object = {"start": region.start, "end": region.end, "labels": [region.label]}
        yield {"type": "labels", "from_name": "label", "to_name": key, "value": value}
    for span in sample.spans or ():
        part = (sample.text or "")[span.start : span.end]
        value = {"start": span.start, "end": span.end, "text": part, "labels": [span.label]}
        yield {"type": "labels", "from_name": "label", "to_name": key, "value": value}


def _written_box(box: Box, size: tuple[int, int]) -> Object:
    width, height = size
    percent = {"x": box.x / width, "y": box.y / height, "width": box.width / width, "height": box.height / height}
    value = {key: 100 * share for key, share in percent.items()}
    return {
        "type": "rectanglelabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": width,
        "original_height": height,
        "value": {**value, "rotation": 0, "rectanglelabels": [box.label]},
    }
