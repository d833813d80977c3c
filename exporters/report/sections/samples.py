"""The samples that were most surely wrong, as a person can look at them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from engine.dataset import INPUT_PREFIX, Dataset
from engine.errors import DataError
from engine.results.report import Report
from engine.results.words import verdict
from engine.task import Modality
from engine.wording import amount, count, things
from exporters.report.document import Block, Card, Cards, Heading, Paragraph
from exporters.report.material import Material
from exporters.report.plain import excerpt
from exporters.report.sections.words import measured_on, name_of

MOST = 12
SIDE = 220
_QUALITY = 78
_TEXT, _CELL, _COLUMNS = 280, 60, 10


def worst(material: Material, measured: Report) -> list[Block]:
    """Return the part about the worst samples."""
    rows = measured.worst[:MOST].tolist()
    modality = material.task.modality
    title = "Most surely wrong" if measured.classifies else "Furthest from the truth"
    blocks: list[Block] = [Heading(title, 3)]
    if not rows:
        return [*blocks, Paragraph(f"None: all {things(modality, len(measured.verdicts))} were answered rightly.")]
    finder = _Finder(material)
    cards = tuple(finder.card(measured, row) for row in rows)
    of = f"{count(len(cards))} of {count(len(measured.worst))}" if len(measured.worst) > len(cards) else "All"
    mistakes = "mistakes, the surest first" if measured.classifies else "samples, the furthest off first"
    caption = f"{of} {mistakes}. A wrong answer may also be a wrong label: look at these first. {measured_on(material)}"
    return [*blocks, Cards(caption, cards)]


class _Finder:
    """Looks samples up in the frozen dataset by their id."""

    def __init__(self, material: Material) -> None:
        self._task = material.task
        self._dataset: Dataset | None = material.dataset
        ids = [] if material.dataset is None else material.dataset.ids
        self._places = {str(sample): place for place, sample in enumerate(ids)}

    def card(self, measured: Report, row: int) -> Card:
        """Return one sample with what was said of it."""
        sample = measured.verdicts.ids[row]
        said = verdict(measured, row)
        said = said[:1].upper() + said[1:]
        place = self._places.get(sample)
        if place is None or self._dataset is None:
            return Card(name_of(sample), said)
        found = self._dataset.frame.row(place, named=True)
        if self._task.modality is Modality.IMAGE:
            picture, why = _thumbnail(found.get("reference"))
            return Card(name_of(sample), f"{said}. {why}" if why else said, picture)
        return Card(self._title(sample), f"{said}. {self._more(found)}".strip(" ."))

    def _title(self, sample: str) -> str:
        return f"Row {sample}" if self._task.columns else name_of(sample)

    def _more(self, found: dict[str, Any]) -> str:
        if self._task.modality is Modality.AUDIO:
            return ""
        if self._task.modality is Modality.TEXT:
            return _text(found, [column.name for column in self._task.columns])
        cells = [(column.name, found.get(INPUT_PREFIX + column.name)) for column in self._task.columns[:_COLUMNS]]
        more = len(self._task.columns) - len(cells)
        said = "; ".join(f"{name_of(name)}: {_cell(value)}" for name, value in cells)
        return said + (f"; and {more} more columns" if more > 0 else "")


def _cell(value: object) -> str:
    if value is None:
        return "missing"
    return amount(value, 6) if isinstance(value, float) else name_of(excerpt(str(value), _CELL))


def _text(found: dict[str, Any], columns: list[str]) -> str:
    from engine.modalities.text.decode import read_text

    if columns:
        return " | ".join(excerpt(str(found.get(INPUT_PREFIX + name) or ""), _TEXT) for name in columns)
    try:
        return excerpt(read_text(str(found.get("reference"))), _TEXT)
    except DataError as error:
        return str(error)


def _thumbnail(reference: object) -> tuple[bytes | None, str]:
    """Return the picture made small, without anything else that its file tells; else why not."""
    from PIL import Image

    from engine.modalities.image.decode import decode

    if not isinstance(reference, str):
        return None, "Its file is not known."
    try:
        image = Image.fromarray(decode(Path(reference), SIDE))
    except DataError as error:
        return None, str(error)
    image.thumbnail((SIDE, SIDE))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue(), ""
