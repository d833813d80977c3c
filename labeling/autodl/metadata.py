"""``metadata.textproto`` of the AutoDL challenge: the shape of a sample, and what its numbers and labels are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.task import Modality
from labeling.errors import ImportRefused
from labeling.records.textproto import Message, TextError, parsed, quoted

FILE = "metadata.textproto"
MOST_BYTES = 64 << 20
MOST_CLASSES = 100_000
MOST_CELLS = 80_000_000  # of the tensor of one sample


class Layout(StrEnum):
    """How a tensor lies in a record."""

    DENSE = "DENSE"
    SPARSE = "SPARSE"
    COMPRESSED = "COMPRESSED"


@dataclass(frozen=True)
class Metadata:
    """What a part of a data set says of its samples.

    Attributes:
        layout: how the tensors lie in the records.
        shape: (sequence, rows, columns, channels); -1 where it differs from sample to sample.
        outputs: how many classes there are.
        classes: names of classes by their number, where they have some.
        features: names of columns, or words, by their number.
        samples: how many there are said to be.
    """

    layout: Layout
    shape: tuple[int, int, int, int]
    outputs: int
    classes: Mapping[int, str] = field(default_factory=dict)
    features: Mapping[int, str] = field(default_factory=dict)
    samples: int = 0

    def names(self, others: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the name of each class: its own, else that in ``others``, else its number in words."""
        listed = dict(enumerate(others)) | dict(self.classes)
        return tuple(listed.get(number) or f"class {number}" for number in range(self.outputs))

    def modality(self) -> Modality | None:
        """Return what a sample is; None for what is none of the kinds known here, such as a video."""
        sequence, rows, columns, channels = self.shape
        if self.layout is Layout.COMPRESSED:
            return Modality.IMAGE if sequence == 1 else None
        if self.layout is Layout.SPARSE:
            return Modality.TABLE if sequence == 1 and columns > channels else Modality.TEXT
        if sequence != 1:
            single = rows == columns == channels == 1
            return (Modality.TEXT if self.features else Modality.AUDIO) if single else None
        if min(rows, columns) > 1:
            return Modality.IMAGE if channels in (1, 3) else None
        return Modality.TABLE if min(rows, columns) == 1 and channels == 1 else None

    def refusal(self) -> str:
        """Return what samples are that are none of the kinds known here, and what can be done about it, in words."""
        sequence, rows, columns, channels = self.shape
        moving = sequence != 1
        if moving and (self.layout is Layout.COMPRESSED or min(rows, columns) != 1):
            return (
                "videos, which cannot be learned from here. Take single pictures out of them, say with ffmpeg, and "
                "import these in a folder for each class."
            )
        if moving or min(rows, columns) == 1:
            return (
                "series of several values each, which cannot be learned from here. Describe each series in a row of "
                "a table, with its mean and its range in columns say, and import that table."
            )
        return (
            f"pictures of {channels} channels, and only those of 1 or 3 can be learned from here. Save the three "
            "channels that matter most as PNG pictures, and import these in a folder for each class."
        )


def read_metadata(path: Path) -> Metadata:
    """Return what a metadata file says.

    Raises:
        ImportRefused: it is none, or describes what cannot be taken in.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ImportRefused(f"{path.name} is larger than {MOST_BYTES >> 20} MB, so it was not read.")
        message = parsed(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise ImportRefused(f"{path.name} could not be read ({error.strerror}).") from error
    except TextError as error:
        raise ImportRefused(f"{path.name} is no description of AutoDL data: {error}.") from error
    matrices = message.get("matrix_spec", [])
    if len(matrices) != 1 or not isinstance(matrices[0], dict):
        raise ImportRefused(f"{path.name} describes {len(matrices)} tensors a sample; data with one can be taken in.")
    outputs = _whole(message, "output_dim", 0)
    if not 0 < outputs <= MOST_CLASSES:
        raise ImportRefused(
            f"{path.name} tells of {outputs:,} classes; at least 1 and at most {MOST_CLASSES:,} can be."
        )
    return _checked(
        path,
        Metadata(
            layout=_layout(matrices[0]),
            shape=_shape(message, matrices[0]),
            outputs=outputs,
            classes=_by_number(message, "label_to_index_map"),
            features=_by_number(message, "feature_to_index_map"),
            samples=_whole(message, "sample_count", 0),
        ),
    )


def write_metadata(path: Path, metadata: Metadata) -> None:
    """Write a metadata file.

    Raises:
        OSError: the disk is full or cannot be written.
    """
    sequence, rows, columns, channels = metadata.shape
    near = "true" if metadata.modality() in (Modality.IMAGE, Modality.AUDIO) else "false"
    lines = [
        "is_sequence: false",
        f"sample_count: {metadata.samples}",
        f"sequence_size: {sequence}",
        f"output_dim: {metadata.outputs}",
        "matrix_spec {",
        f"  col_count: {columns}\n  row_count: {rows}\n  num_channels: {channels}",
        "  is_sequence_col: false\n  is_sequence_row: false",
        f"  has_locality_col: {near}\n  has_locality_row: {near}",
        f"  format: {metadata.layout}",
        "}",
    ]
    for key, names in (("label_to_index_map", metadata.classes), ("feature_to_index_map", metadata.features)):
        lines += [f"{key} {{\n  key: {quoted(name)}\n  value: {number}\n}}" for number, name in sorted(names.items())]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def _checked(path: Path, metadata: Metadata) -> Metadata:
    cells = 1
    for extent in metadata.shape:
        cells *= max(1, extent)
    if cells > MOST_CELLS:
        raise ImportRefused(f"{path.name} tells of samples with {cells:,} numbers; at most {MOST_CELLS:,} can be.")
    return metadata


def _layout(matrix: Message) -> Layout:
    said = matrix.get("format", [Layout.DENSE])[-1]
    numbered = {0.0: Layout.DENSE, 1.0: Layout.SPARSE, 2.0: Layout.COMPRESSED}
    return numbered.get(said) or (Layout(said) if said in set(Layout) else Layout.DENSE)


def _shape(message: Message, matrix: Message) -> tuple[int, int, int, int]:
    extents = (_whole(matrix, key, 1) for key in ("row_count", "col_count", "num_channels"))
    rows, columns, channels = extents
    return _whole(message, "sequence_size", 1), rows, columns, channels


def _by_number(message: Message, key: str) -> dict[int, str]:
    entries = [entry for entry in message.get(key, []) if isinstance(entry, dict) and entry.get("key")]
    return {_whole(entry, "value", 0): " ".join(str(entry["key"][-1]).split()) for entry in entries}


def _whole(message: Mapping[str, list[Any]], key: str, otherwise: int) -> int:
    value = message.get(key, [otherwise])[-1]
    return int(value) if isinstance(value, int | float) and abs(value) < 1e12 else otherwise
