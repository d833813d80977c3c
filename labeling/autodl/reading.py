"""Lay a data set of the AutoDL challenge out as files that any import reads: pictures, sounds or rows with labels.

Pictures and sounds become files beside ``labels.parquet``; texts and tables become ``train.parquet`` and
``test.parquet``. Samples of a train part that name no class have none of the classes; those of a test part without a
solution have no label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from engine.task import Modality
from labeling.autodl.metadata import FILE, Layout, Metadata
from labeling.autodl.parts import Part, beside, class_names, find_parts, labels_of, solution_of
from labeling.autodl.words import joined
from labeling.batch import Problem, Watch
from labeling.classes import JOINED_BY, joinable
from labeling.errors import ImportRefused
from labeling.media.picture import FORMATS
from labeling.records.examples import Example, numbers_of
from labeling.tables.source import MAX_COLUMNS
from labeling.unpacked import check_room, fingerprint, home, laid_out
from labeling.walk import MAX_FILES

RATE = 16_000  # of the challenge's sounds, whose files do not tell it
TOLD = 1000
DISK_EVERY = 500
MOST_VALUES = 200_000_000  # of a table in memory
LABEL = "label"


@dataclass(frozen=True)
class Row:
    """A sample with its labels; None where nothing is said of it."""

    example: Example
    labels: tuple[str, ...] | None
    split: str

    @property
    def cell(self) -> str | None:
        """The labels as a column of a table holds them."""
        return None if self.labels is None else JOINED_BY.join(map(joinable, self.labels))


def lay_out(path: Path, watch: Watch, base: Path | None = None, chosen: Sequence[str] = ()) -> Path | None:
    """Return the folder in ``base`` (else :func:`labeling.unpacked.home`) with a data set's samples as files.

    None where there is no such data set at ``path``, or in what is ``chosen`` there if not all was meant.

    Raises:
        ImportRefused: it is damaged, of a kind that cannot be taken in, or too large for the disk.
        Cancelled: the person stopped it.
    """
    parts = find_parts(path, chosen)
    if not parts:
        return None
    name = parts[0].folder.parent.name.removesuffix(".data") or parts[0].folder.name
    try:
        files = [file for part in parts for file in (part.folder / FILE, *part.files)] + beside(parts[0])
        about = " ".join(f"{part.split} {len(part.files)}" for part in parts) + " ".join(file.name for file in files)
        folder = (base or home()) / fingerprint(files, about)
        return laid_out(folder, name, lambda place: _Work(parts, place, watch).done())
    except OSError as error:
        raise ImportRefused(f"{path.name} could not be read or unpacked ({error.strerror or error}).") from error


class _Work:
    def __init__(self, parts: list[Part], folder: Path, watch: Watch) -> None:
        self._parts, self._folder, self._watch = parts, folder, watch
        self._problems: list[Problem] = []
        self._metadata = parts[0].metadata
        self._several = False

    def done(self) -> list[Problem]:
        """Write all samples and return what was left out."""
        if self._metadata.modality() is None and self._holds_single_pictures():
            self._metadata = replace(self._metadata, shape=(1, *self._metadata.shape[1:]))
        modality = self._metadata.modality()
        if modality is None:
            name = self._parts[0].folder.parent.name
            raise ImportRefused(f"{name} holds {self._metadata.refusal()}")
        write = {Modality.TEXT: self._texts, Modality.TABLE: self._table}.get(modality, self._media)
        write(modality)
        return self._problems

    def _holds_single_pictures(self) -> bool:
        """Return whether what the metadata calls videos has one picture at first; others are left out."""
        _sequence, rows, columns, channels = self._metadata.shape
        examples = (example for part in self._parts for example in part.examples(lambda _sentence: None))
        first = next((example for example in examples if example is not None), None)
        if first is None:
            return False
        if self._metadata.layout is Layout.COMPRESSED:
            return len(first.lists.get("0_compressed", [])) == 1
        return min(rows, columns) > 1 and _dense(first).size == rows * columns * channels

    def _rows(self) -> Iterator[Row]:
        seen = 0
        for part in self._parts:
            names, solution = class_names(part), solution_of(part, self._complain)
            for place, example in enumerate(part.examples(self._complain)):
                if example is None:
                    continue
                if seen >= MAX_FILES:
                    raise ImportRefused(f"The data set holds more than {MAX_FILES:,} samples, which is the limit.")
                if seen % DISK_EVERY == 0:
                    check_room(self._folder, part.folder.parent.name)
                    self._watch.step(seen, sum(one.metadata.samples for one in self._parts))
                seen += 1
                labels = _labels(part, example, names, solution, place)
                self._several |= labels is not None and len(labels) != 1
                yield Row(example, labels, part.split)

    def _media(self, modality: Modality) -> None:
        listed = []
        for number, row in enumerate(self._rows(), start=1):
            try:
                ending, content = _file(modality, self._metadata, row.example)
            except ValueError as error:
                self._complain(f"Sample {number}: {error}, so it was left out.")
                continue
            name = f"{row.split}/{number:06}{ending}"
            path = self._folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            if row.labels is not None:
                listed.append({"filename": name, LABEL: row.cell, "split": row.split})
        if listed:
            self._write(listed, "labels")

    def _texts(self, _modality: Modality) -> None:
        words = self._metadata.features
        parts: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows():
            parts.setdefault(row.split, []).append({"text": _text(row.example, words), LABEL: row.cell})
        for split, rows in parts.items():
            self._write(rows, split)

    def _table(self, _modality: Modality) -> None:
        """Write all rows from one array: as values of Python they would take ten times the memory."""
        width = max(self._metadata.shape[1:3])
        matrix = np.empty((self._number_of_rows(width), width), dtype=np.float32)
        said: list[tuple[str, str | None]] = []
        for number, row in enumerate(self._rows(), start=1):
            values = _cells(self._metadata, row.example, width)
            if values is None:
                self._complain(f"Sample {number} has not {width:,} numbers, so it was left out.")
                continue
            matrix[len(said)] = np.where(np.isfinite(values), values, np.nan)
            said.append((row.split, row.cell))
        for split in dict.fromkeys(part for part, _ in said):
            mine = [place for place, (part, _) in enumerate(said) if part == split]
            self._write_numbers(matrix[mine], [said[place][1] for place in mine], split)

    def _number_of_rows(self, width: int) -> int:
        """Return how many rows there are at most; refuse what no table can hold before any is read."""
        name = self._parts[0].folder.parent.name
        if width >= MAX_COLUMNS:  # the labels are one more
            raise ImportRefused(
                f"{name} holds rows of {width:,} numbers each, and a table has {MAX_COLUMNS - 1:,} columns to learn "
                "from at most. Keep the columns that matter."
            )
        number = sum(part.number()[0] for part in self._parts)
        if number * width > MOST_VALUES:
            raise ImportRefused(
                f"{name} holds {number:,} rows of {width:,} numbers each; {MOST_VALUES:,} numbers are the limit. "
                "Keep fewer rows, or the columns that matter."
            )
        return number

    def _write_numbers(self, matrix: np.ndarray, labels: list[str | None], name: str) -> None:
        import polars as pl

        frame = pl.from_numpy(matrix, schema=_column_names(self._metadata), orient="row").fill_nan(None)
        frame = frame.with_columns(pl.Series(LABEL, labels, dtype=pl.String))
        frame.write_parquet(self._folder / f"{name}.parquet")

    def _write(self, rows: list[dict[str, Any]], name: str) -> None:
        import polars as pl

        schema = {LABEL: pl.String} if rows and LABEL in rows[0] else None
        pl.DataFrame(rows, schema_overrides=schema).write_parquet(self._folder / f"{name}.parquet")

    def _complain(self, sentence: str) -> None:
        if len(self._problems) < TOLD:
            self._problems.append(Problem("", sentence))


def _labels(
    part: Part, example: Example, names: Sequence[str], solution: np.ndarray | None, place: int
) -> tuple[str, ...] | None:
    if solution is not None:
        return tuple(name for name, score in zip(names, solution[place], strict=True) if score > 0)
    found = labels_of(example, names)
    if found or (part.split == "train" and "label_index" in example.context):
        return found
    return None


def _file(modality: Modality, metadata: Metadata, example: Example) -> tuple[str, bytes]:
    """Return the ending and the bytes of a picture or sound.

    Raises:
        ValueError: the sample holds none; the message says why.
    """
    if metadata.layout is Layout.COMPRESSED:
        return _compressed(example)
    values = _dense(example)
    if modality is Modality.AUDIO:
        return ".wav", _sound(values)
    sequence, rows, columns, channels = metadata.shape
    if values.size != rows * columns * channels * sequence:
        raise ValueError("it has not as many numbers as its picture has pixels")
    return ".png", _picture(values.reshape(rows, columns, channels))


def _compressed(example: Example) -> tuple[str, bytes]:
    from PIL import Image, UnidentifiedImageError

    steps = example.lists.get("0_compressed", [])
    first = steps[0] if len(steps) == 1 else None
    if not isinstance(first, list) or len(first) != 1 or not isinstance(first[0], bytes):
        raise ValueError("it holds no picture, or several")
    try:
        with Image.open(BytesIO(first[0]), formats=FORMATS) as image:
            return f".{str(image.format).lower()}", first[0]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise ValueError("it is no picture that can be opened") from error


def _dense(example: Example) -> np.ndarray:
    steps = example.lists.get("0_dense_input")
    if isinstance(steps, np.ndarray):
        return steps.ravel()
    numbers = [number for step in steps or [] for number in numbers_of(step)]
    return np.asarray(numbers, dtype=np.float32)


def _sound(values: np.ndarray) -> bytes:
    import soundfile

    if not values.size or not np.isfinite(values).all():
        raise ValueError("it is empty, or not all of it are numbers")
    peak = float(np.abs(values).max())
    buffer = BytesIO()
    # Some data sets hold 16-bit whole numbers, others shares of the loudest.
    soundfile.write(buffer, values / 32768 if peak > 1.5 else values, RATE, format="WAV", subtype="FLOAT")
    return buffer.getvalue()


def _picture(values: np.ndarray) -> bytes:
    from PIL import Image

    if not np.isfinite(values).all():
        raise ValueError("not all of it are numbers")
    scaled = values * 255 if float(values.max()) <= 1.0 else values
    pixels = scaled.round().clip(0, 255).astype(np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _text(example: Example, words: Any) -> str:
    steps = example.lists.get("0_dense_input")
    if steps is None:
        steps = example.lists.get("0_sparse_channel_index", [])
    numbers = steps.ravel().tolist() if isinstance(steps, np.ndarray) else [n for one in steps for n in numbers_of(one)]
    return joined([words.get(int(number), f"word{int(number)}") for number in numbers if np.isfinite(number)])


def _column_names(metadata: Metadata) -> list[str]:
    _, rows, columns, _ = metadata.shape
    width = max(rows, columns)
    names: list[str] = []
    taken = {LABEL}
    for number in range(width):
        wanted = metadata.features.get(number, f"column {number + 1}")
        name = wanted if wanted not in taken else f"{wanted} (column {number + 1})"
        taken.add(name)
        names.append(name)
    return names


def _cells(metadata: Metadata, example: Example, width: int) -> np.ndarray | None:
    if metadata.layout is Layout.SPARSE:
        values = np.zeros(width, dtype=np.float32)
        places = _numbers(example, "0_sparse_col_index").astype(np.int64)
        given = _numbers(example, "0_sparse_value")
        if len(places) != len(given) or (len(places) and not 0 <= places.min() <= places.max() < width):
            return None
        values[places] = given
    else:
        values = _dense(example)
        if values.size != width:
            return None
    return values


def _numbers(example: Example, key: str) -> np.ndarray:
    steps = example.lists.get(key, [])
    return np.asarray([number for step in steps for number in numbers_of(step)], dtype=np.float64)
