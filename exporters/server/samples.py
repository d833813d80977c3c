"""What a ``POST /predict`` holds: samples for the model, whichever way they were sent."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporters.server.forms import Part, media_type, parse_form
from exporters.server.refused import Refused
from exporters.server.settings import Limits
from exporters.server.strict_json import parse_json
from exporters.standalone.errors import TooManyRows
from exporters.standalone.package import Package, Unreadable

Raw = bytes | str | Mapping[str, object]

_FIELDS = re.compile(rb"\w+=\S*\s*\Z")
UNTYPED = ("", "application/octet-stream", "application/x-www-form-urlencoded")  # the last is what curl says unasked
TABLES = ("text/csv", "text/tab-separated-values", "application/csv")
MEDIA = {"image": "pictures", "audio": "sounds"}


@dataclass(frozen=True)
class Batch:
    """Samples of one request; ``alone`` where it was one that came by itself. ``notes`` say what counts as missing."""

    samples: Sequence[Raw]
    alone: bool
    notes: tuple[str, ...] = ()


def how_to_send(package: Package) -> str:
    """Say what the model takes, as the end of a refusal."""
    if package.modality in MEDIA:
        return (
            f"This model takes {MEDIA[package.modality]}: send a file as the body with its content type "
            f"({package.modality}/…), or as the field “file” of a form."
        )
    if package.columns:
        return 'This model takes rows: send JSON like {"columns": {…}} or {"rows": [{…}]}, or CSV as text/csv.'
    return 'This model takes texts: send JSON like {"text": "…"} as application/json, or the text itself as text/plain.'


def read_batch(body: bytes, content_type: str, package: Package, limits: Limits) -> Batch:
    """Return the samples in ``body``.

    Raises:
        Refused: it is damaged (400), not of a kind the model takes (415), holds too much (413) or lacks columns (422).
    """
    most = _most(package, limits)
    try:
        batch = _read(body, content_type, package, limits)
    except TooManyRows as error:
        raise Refused(413, f"The request holds more than {most:,} samples, which is the limit. Send fewer.") from error
    if len(batch.samples) > most:
        raise Refused(413, f"The request holds {len(batch.samples):,} samples; the limit is {most:,}. Send fewer.")
    if not batch.samples:
        raise Refused(400, f"The request holds no sample. {how_to_send(package)}")
    if package.columns:
        for row in batch.samples:
            _check_columns(row, package)
    return batch


def _most(package: Package, limits: Limits) -> int:
    """Return how many samples a request may hold."""
    most = limits.files if package.modality in MEDIA else limits.rows
    return min(most, max(1, limits.values // max(1, len(package.classes))))


def _read(body: bytes, content_type: str, package: Package, limits: Limits) -> Batch:
    kind = media_type(content_type)
    if not body:
        raise Refused(400, f"The request is empty. {how_to_send(package)}")
    if kind == "multipart/form-data":
        return _from_form(parse_form(body, content_type, limits.files), package, limits)
    return _from_content(body, kind, package, _most(package, limits), limits)


def _from_content(body: bytes, kind: str, package: Package, most: int, limits: Limits) -> Batch:
    """Return the samples of a body or of a part of a form; a table of more than ``most`` rows is refused unread."""
    if package.modality in MEDIA:
        if kind in UNTYPED or kind.split("/")[0] in (*MEDIA, "video"):
            return Batch([body], alone=True)
    elif kind == "application/json" or kind.endswith("+json"):
        return _from_json(parse_json(body, limits), package)
    elif package.columns and kind in TABLES:
        return _rows_of_table(body, package, most)
    elif not package.columns and (kind == "text/plain" or (kind in UNTYPED and not _is_no_text(body))):
        return Batch([body], alone=True)  # as a file: its encoding and its end are found as they were in training
    raise Refused(415, how_to_send(package))


def _is_no_text(body: bytes) -> bool:
    """Return whether a body that does not say what it is looks like JSON, or like the fields of a form."""
    start = body[:1000].removeprefix(codecs.BOM_UTF8).lstrip()
    return start.startswith((b"{", b"[")) or _FIELDS.match(start) is not None


def _from_form(parts: Sequence[Part], package: Package, limits: Limits) -> Batch:
    samples: list[Raw] = []
    notes: list[str] = []
    alone, most = [], _most(package, limits)
    for part in parts:
        if part.file is not None or part.content:
            batch = _from_part(part, package, most - len(samples), limits)
            samples += batch.samples
            notes += batch.notes
            alone.append(batch.alone)
    return Batch(samples, alone=alone == [True], notes=tuple(notes))


def _from_part(part: Part, package: Package, most: int, limits: Limits) -> Batch:
    if package.modality in MEDIA:
        if part.file is None:
            raise Refused(400, f"The field {part.field[:40]!r} of the form is no file. {how_to_send(package)}")
        return Batch([part.content], alone=True)  # what it is shows when it is read, whatever its name and type say
    kind = part.media_type
    if kind in ("", "application/octet-stream", "text/plain", "application/vnd.ms-excel"):
        kind = "text/csv" if package.columns else "text/plain"
    return _from_content(part.content, kind, package, most, limits)


def _from_json(value: Any, package: Package) -> Batch:
    if isinstance(value, list):
        return Batch(_each(value, package), alone=False)
    if isinstance(value, dict):
        if "rows" in value:
            return Batch(_each(_list(value["rows"], "rows"), package), alone=False)
        if package.columns and isinstance(value.get("columns"), dict):
            return _from_columns(value["columns"])
        if not package.columns and "texts" in value:
            return Batch(_each(_list(value["texts"], "texts"), package), alone=False)
        if not package.columns and isinstance(value.get("text"), str):
            return Batch([value["text"]], alone=True)
    raise Refused(422, how_to_send(package))


def _each(values: Sequence[Any], package: Package) -> list[Raw]:
    wanted, word = (dict, "an object of columns") if package.columns else (str, "a text")
    for place, value in enumerate(values):
        if not isinstance(value, wanted):
            raise Refused(422, f"Sample {place + 1} is not {word}. {how_to_send(package)}")
    return list(values)


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise Refused(422, f"“{name}” has to be a list.")
    return value


def _from_columns(columns: Mapping[str, Any]) -> Batch:
    """Return one row, or, where every column is a list, as many as these are long."""
    lists = [value for value in columns.values() if isinstance(value, list)]
    if not lists:
        return Batch([columns], alone=True)
    if len(lists) != len(columns) or len({len(value) for value in lists}) > 1:
        raise Refused(422, "Either no column is a list, or all are lists of the same length.")
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return Batch(rows, alone=False)


def _rows_of_table(body: bytes, package: Package, most: int) -> Batch:
    notes: list[str] = []
    try:
        return Batch(package.rows(body, most, notes.append), alone=False, notes=tuple(notes))
    except TooManyRows:
        raise
    except Unreadable as error:
        raise Refused(422, str(error)) from error


def _check_columns(row: Raw, package: Package) -> None:
    missing = [name for name in package.columns if not isinstance(row, Mapping) or name not in row]
    if missing:
        named = ", ".join(f"“{name[:60]}”" for name in missing[:5]) + (", …" if len(missing) > 5 else "")
        raise Refused(422, f"These columns are missing: {named}. Send null where a value is not known.")
