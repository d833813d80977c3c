"""CSV: a line a sample, its file or text, its label and its part; read again as any list of files or table is.

Several classes are joined by ``;``, and the cell is empty where a sample has none of them.
"""

from __future__ import annotations

import csv
from pathlib import Path

from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import Writer
from labeling.annotations.model import Annotated, Annotations, Carried
from labeling.classes import JOINED_BY

FILE = "labels.csv"


class CsvList(Writer):
    """Classes and numbers of whole samples."""

    name = "csv"
    title = "CSV"
    modalities = frozenset({Modality.IMAGE, Modality.AUDIO, Modality.TEXT})
    carries = frozenset({Carried.CLASS, Carried.CLASSES, Carried.NONE, Carried.NUMBER, Carried.SPLIT})

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        said = [sample for sample in annotations.samples if sample.classes is not None or sample.number is not None]
        texts = any(sample.text is not None for sample in said)
        parts = any(sample.split for sample in said)
        with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["text" if texts else "filename", "label", *(["split"] if parts else [])])
            for sample in said:
                place = sample.text if texts else sample.name
                lines.writerow([place, _cell(sample), *([sample.split or ""] if parts else [])])


def _cell(sample: Annotated) -> str:
    if sample.number is not None:
        return repr(sample.number)
    return JOINED_BY.join(name.replace(JOINED_BY, ",") for name in sample.classes or ())
