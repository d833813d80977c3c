"""One real input that goes along with a package, and what the trained model says about it."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import IntArray
from engine.dataset import Dataset, Split
from engine.errors import DataError
from engine.finetune.full import in_full
from engine.modalities import ask_samples
from engine.model.model import Model
from engine.task import Column, ColumnType, Modality, Task
from exporters.onnx.runtime import OnnxModel
from exporters.standalone.answers import Answer, answer_of
from exporters.standalone.csvs import rows_of
from exporters.standalone.errors import Unreadable

MAX_BYTES = 3_000_000
_LOOKED_AT = 200
_EPOCH = datetime.datetime(1970, 1, 1)
_MADE_UP = {ColumnType.NUMBER: 1.0, ColumnType.DATE: 19_000.0, ColumnType.CATEGORY: "a", ColumnType.TEXT: "a few words"}
_RATE, _SECONDS = 16_000, 2


@dataclass(frozen=True)
class Sample:
    """A file with one question. ``real`` says whether it is one of those the run learned from or was tested on."""

    name: str
    content: bytes
    real: bool


def choose_sample(task: Task, dataset: Dataset | None) -> Sample:
    """Return a sample the model did not learn from where there is one, else a made-up one."""
    if task.columns:
        return _row(task, dataset)
    for path in _files(dataset) if dataset is not None else ():
        sample = _readable(task, path)
        if sample is not None:
            return sample
    return _made_up(task.modality)


def expected_answer(model: Model | OnnxModel, sample: Sample, scratch: Path) -> Answer:
    """Return what a model says about a sample, read as the engine reads it; ``scratch`` takes the file."""
    task = model.task
    if task.columns:
        asked: Any = rows_of(sample.content, task.columns)[0]
    else:
        asked = str(scratch / sample.name)
        Path(asked).write_bytes(sample.content)
    samples, problems = ask_samples([asked], task)
    if problems:
        raise DataError(problems[0])
    with in_full():
        return answer_of(task.kind.value, task.classes, model.predict(samples)[0])


def _rows_in_order(dataset: Dataset) -> IntArray:
    """Return all rows, those of the untouched part first."""
    if "split" not in dataset.frame.columns:
        return np.arange(len(dataset))
    untouched = (dataset.frame["split"] == Split.TEST.value).fill_null(value=False).to_numpy()
    return np.argsort(~untouched, kind="stable")


def _files(dataset: Dataset) -> Iterator[Path]:
    references = dataset.references
    for row in _rows_in_order(dataset)[:_LOOKED_AT]:
        if references[row] is not None:
            yield Path(references[row])


def _readable(task: Task, path: Path) -> Sample | None:
    try:
        if not 0 < path.stat().st_size <= MAX_BYTES or ask_samples([str(path)], task)[1]:
            return None
        suffix = path.suffix.lower()
        return Sample(f"sample{suffix if suffix[1:].isalnum() and suffix.isascii() else ''}", path.read_bytes(), True)
    except OSError:
        return None


def _row(task: Task, dataset: Dataset | None) -> Sample:
    for cells in _cells(task, dataset) if dataset is not None else ():
        content = csv_of(task.columns, [cells])
        if len(content) <= MAX_BYTES and _is_read_back(content, task):
            return Sample("sample.csv", content, True)
    made_up = {column.name: _MADE_UP[column.type] for column in task.columns}
    return Sample("sample.csv", csv_of(task.columns, [made_up]), False)


def _cells(task: Task, dataset: Dataset) -> Iterator[Mapping[str, Any]]:
    frame = dataset.inputs(task.columns)
    for row in _rows_in_order(dataset)[:_LOOKED_AT]:
        yield frame.row(int(row), named=True)


def _is_read_back(content: bytes, task: Task) -> bool:
    """Return whether there is a row in a table: one that is missing throughout counts as none."""
    try:
        return len(rows_of(content, task.columns)) == 1
    except Unreadable:
        return False


def csv_of(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return typed rows as a CSV that is read back as the same rows, dates to what their pattern tells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow([column.name for column in columns])
    writer.writerows([[_written(column, row.get(column.name)) for column in columns] for row in rows])
    return text.getvalue().encode()


def _written(column: Column, value: Any) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if column.type is ColumnType.DATE:
        return _date(float(value), column.format or "%Y-%m-%d")
    return repr(float(value)) if column.type is ColumnType.NUMBER else str(value)


def _date(days: float, pattern: str) -> str:
    try:
        return (_EPOCH + datetime.timedelta(days=days)).strftime(pattern)
    except OverflowError:  # beyond the years that the library knows
        return ""


def _made_up(modality: Modality) -> Sample:
    if modality is Modality.IMAGE:
        from PIL import Image

        rows, columns = np.mgrid[0:96, 0:128]
        levels = np.stack([rows * 2, columns * 2, rows + columns], axis=2).astype(np.uint8)
        picture = io.BytesIO()
        Image.fromarray(levels).save(picture, "PNG")
        return Sample("sample.png", picture.getvalue(), False)
    if modality is Modality.AUDIO:
        import soundfile

        time = np.arange(_RATE * _SECONDS) / _RATE
        sound = io.BytesIO()
        soundfile.write(sound, 0.3 * np.sin(2 * np.pi * (300 + 200 * time) * time), _RATE, format="WAV")
        return Sample("sample.wav", sound.getvalue(), False)
    return Sample("sample.txt", b"A few words to try the model with.\n", False)
