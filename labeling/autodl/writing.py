"""Write labelled samples as a data set of the AutoDL challenge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from typing_extensions import override

from engine.task import Modality
from labeling.annotations.codec import Writer
from labeling.annotations.model import Annotated, Annotations, Carried, all_names
from labeling.autodl.metadata import FILE, Layout, Metadata, write_metadata
from labeling.autodl.reading import RATE
from labeling.autodl.words import words_of
from labeling.errors import ExportRefused
from labeling.file_names import is_there
from labeling.media import MEDIA
from labeling.records.examples import Example, encoded
from labeling.records.tfrecord import write_records

NAME = "data"
AS_THEY_ARE = (".jpg", ".jpeg", ".png")
LEAST_COLUMNS = 2  # a single column would read as a series
DENSE = "0_dense_input"
MOST_SECONDS = 1200.0

Encode = Callable[[Annotated], Example | None]


class AutoDl(Writer):
    """Classes of pictures, sounds, texts and rows of numbers."""

    name = "autodl"
    title = "AutoDL challenge"
    modalities = frozenset(Modality)
    carries = frozenset({Carried.CLASS, Carried.CLASSES, Carried.NONE, Carried.SPLIT})
    takes_media = True
    remarks = (
        "AutoDL challenge numbers the samples, so names of files are lost. Sounds are written with 16,000 Hz on one "
        "channel, texts as lists of words, and of a table the columns that hold numbers.",
    )

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        said = [sample for sample in annotations.samples if sample.classes is not None]
        names = all_names(said, annotations.classes)
        metadata, encode = _plan(said, names)
        tests = [sample for sample in said if sample.split == "test"]
        others = [sample for sample in said if sample.split != "test"]
        for split, samples in (("train", others), ("test", tests)):
            if samples:
                _write_part(annotations.one_by_one(samples), split, metadata, encode, names, folder)


def _plan(samples: Sequence[Annotated], names: Sequence[str]) -> tuple[Metadata, Encode]:
    """Return what the metadata says but for the number of samples, and how a sample becomes an example."""
    classes = dict(enumerate(names))
    if samples and samples[0].row is not None:
        columns = _numeric_columns(samples)
        features = dict(enumerate(columns))
        shape = (1, 1, len(columns), 1)
        return Metadata(Layout.DENSE, shape, len(names), classes, features), lambda sample: _of_row(sample, columns)
    if samples and samples[0].text is not None:
        words = sorted({word for sample in samples for word in words_of(sample.text or "")})
        numbers = {word: number for number, word in enumerate(words)}
        features = dict(enumerate(words)) or {0: "word"}
        metadata = Metadata(Layout.DENSE, (-1, 1, 1, 1), len(names), classes, features)
        return metadata, lambda sample: _of_text(sample, numbers)
    if samples and MEDIA[Modality.AUDIO].owns(samples[0].name):
        return Metadata(Layout.DENSE, (-1, 1, 1, 1), len(names), classes), _of_sound
    if samples and MEDIA[Modality.TEXT].owns(samples[0].name):
        return _plan([_with_text(sample) for sample in samples], names)[0], _encode_text_files(samples)
    return Metadata(Layout.COMPRESSED, (1, -1, -1, 3), len(names), classes), _of_picture


def _encode_text_files(samples: Sequence[Annotated]) -> Encode:
    words = sorted({word for sample in samples for word in words_of(_with_text(sample).text or "")})
    numbers = {word: number for number, word in enumerate(words)}
    return lambda sample: _of_text(_with_text(sample), numbers)


def _with_text(sample: Annotated) -> Annotated:
    there = sample.path is not None and is_there(sample.path)
    return replace(sample, text=sample.path.read_text("utf-8", errors="replace") if there and sample.path else "")


def _write_part(
    samples: Iterable[Annotated], split: str, metadata: Metadata, encode: Encode, names: Sequence[str], folder: Path
) -> None:
    place = folder / f"{NAME}.data" / split
    place.mkdir(parents=True)
    indices = {name: number for number, name in enumerate(names)}
    solution: list[np.ndarray] = []

    def contents() -> Iterator[bytes]:
        for sample in samples:
            example = encode(sample)
            if example is None:
                continue
            chosen = [] if split == "test" else [indices[name] for name in sample.classes or ()]
            example.context |= {
                "id": [len(solution)],
                "label_index": list(chosen),
                "label_score": np.ones(len(chosen), dtype=np.float32),
            }
            solution.append(np.isin(np.arange(len(names)), [indices[name] for name in sample.classes or ()]))
            yield encoded(example)

    number = write_records(place / f"sample-{NAME}-{split}.tfrecord", contents())
    write_metadata(place / FILE, replace(metadata, samples=number))
    if split == "test":
        np.savetxt(folder / f"{NAME}.solution", np.array(solution, dtype=int).reshape(number, -1), fmt="%d")


def _of_picture(sample: Annotated) -> Example | None:
    from PIL import Image, UnidentifiedImageError

    if sample.path is None or not is_there(sample.path):
        return None
    if sample.path.suffix.lower() in AS_THEY_ARE:
        return Example(lists={"0_compressed": [[sample.path.read_bytes()]]})
    try:
        with Image.open(sample.path) as image:
            buffer = BytesIO()
            image.convert("RGB").save(buffer, "PNG")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return None
    return Example(lists={"0_compressed": [[buffer.getvalue()]]})


def _of_sound(sample: Annotated) -> Example | None:
    import soundfile
    from scipy.signal import resample_poly

    if sample.path is None or not is_there(sample.path):
        return None
    try:
        with soundfile.SoundFile(sample.path) as file:
            rate = file.samplerate
            wave = file.read(int(MOST_SECONDS * rate), dtype="float32", always_2d=True).mean(axis=1)
    except (soundfile.SoundFileError, RuntimeError):
        return None
    if rate != RATE:
        wave = resample_poly(wave, RATE, rate)
    return Example(lists={DENSE: np.asarray(wave, dtype=np.float32)[:, None]})


def _of_text(sample: Annotated, numbers: dict[str, int]) -> Example:
    words = [numbers[word] for word in words_of(sample.text or "")]
    return Example(lists={DENSE: np.array(words, dtype=np.float32)[:, None]})


def _of_row(sample: Annotated, columns: Sequence[str]) -> Example:
    row = sample.row or {}
    values = [np.nan if (value := row.get(name)) is None else float(value) for name in columns]
    return Example(lists={DENSE: np.array([values], dtype=np.float32)})


def _numeric_columns(samples: Sequence[Annotated]) -> list[str]:
    """Return the columns that hold numbers.

    Raises:
        ExportRefused: there are fewer than two.
    """
    rows = [sample.row or {} for sample in samples]
    columns = [name for name in rows[0] if all(isinstance(row.get(name), int | float | None) for row in rows)]
    if len(columns) < LEAST_COLUMNS:
        raise ExportRefused("AutoDL tables hold numbers alone, and fewer than two columns here do. Choose CSV instead.")
    return columns
