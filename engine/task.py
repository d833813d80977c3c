"""What is asked of the engine: modality, kind, classes, metric and, for tables, the input columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from engine.errors import DataError


class Modality(StrEnum):
    """The kind of thing a sample is. Values are the names of the folders under ``engine/modalities``."""

    IMAGE = "image"
    AUDIO = "audio"
    TEXT = "text"
    TABLE = "table"


class Kind(StrEnum):
    """The kind of answer wanted: one class, any number of classes, or a number."""

    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    REGRESSION = "regression"


class ColumnType(StrEnum):
    """How a column is read.

    ``DATE`` is stored as a number: days since 1970-01-01, float. ``TEXT`` is what people wrote, words and sentences.
    ``GROUP`` is not learned from: rows with the same value stay on one side of every split. No task has such a column.
    """

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    GROUP = "group"


METRICS = {Kind.MULTICLASS: "nauc", Kind.MULTILABEL: "nauc", Kind.REGRESSION: "r2"}


@dataclass(frozen=True, slots=True)
class Column:
    """One input column of a table, under the name the person knows.

    ``format`` is the strptime pattern of a date column, so that ``4/6/2016`` means the same day when predicting, and
    ``,`` for numbers written with a comma before their decimals, so that ``52,520`` means the same.
    """

    name: str
    type: ColumnType
    format: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked. ``classes`` are in the order of every probability column; empty for a regression.

    ``columns`` are the input columns of a table, or the text columns of texts that lie in one; they are empty where
    each sample is a file.
    """

    modality: Modality
    kind: Kind
    classes: tuple[str, ...] = ()
    metric: str = ""
    target: str | None = None
    columns: tuple[Column, ...] = ()

    def __post_init__(self) -> None:
        if self.kind is Kind.MULTICLASS and len(self.classes) < 2:
            raise DataError(
                f"Telling classes apart needs at least 2 classes, but got {len(self.classes)}. "
                "Add samples of another class."
            )
        if self.kind is Kind.MULTILABEL and not self.classes:
            raise DataError("No sample has a class yet. Give some samples a class first.")
        if not self.metric:
            object.__setattr__(self, "metric", METRICS[self.kind])

    @property
    def outputs(self) -> int:
        """Columns of a prediction: one per class, or one for a number."""
        return 1 if self.kind is Kind.REGRESSION else len(self.classes)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Task:
        """Rebuild from :meth:`to_json`.

        Raises:
            DataError: a field is missing or holds an unknown word.
        """
        try:
            return cls(
                modality=Modality(data["modality"]),
                kind=Kind(data["kind"]),
                classes=tuple(str(name) for name in data["classes"]),
                metric=str(data["metric"]),
                target=data.get("target"),
                columns=tuple(
                    Column(str(c["name"]), ColumnType(c["type"]), str(c.get("format", ""))) for c in data["columns"]
                ),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"This task description cannot be read: {error!r}.") from error
