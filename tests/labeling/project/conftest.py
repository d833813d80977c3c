"""Projects of a few samples, quickly made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from engine.task import Column, ColumnType, Kind, Modality
from labeling.batch import Batch
from labeling.formats.media import SCHEMA
from labeling.project import Project
from labeling.understanding import Understanding

PHOTOS = Understanding(Path("/photos"), "image_folders", Modality.IMAGE, Kind.MULTICLASS)
PRICES = Understanding(
    Path("/prices.csv"),
    "table",
    Modality.TABLE,
    Kind.REGRESSION,
    target="price",
    columns=(Column("rooms", ColumnType.NUMBER), Column("town", ColumnType.CATEGORY)),
)


def photos(labels: list[str | None], start: int = 0, folder: Path = Path("/photos")) -> Batch:
    """Return pictures of which only the names are real; their content is numbered from ``start``."""
    rows = range(start, start + len(labels))
    return Batch(
        pl.DataFrame(
            {
                "id": [f"{row}.png" for row in rows],
                "reference": [str(folder / f"{row}.png") for row in rows],
                "content": [f"content {row}" for row in rows],
                "look": list(rows),
                "tones": [bytes(72)] * len(labels),
                "label": labels,
                "split": [None] * len(labels),
                "marks": None,
            },
            schema=SCHEMA,
        )
    )


def prices(n: int, start: int = 0) -> Batch:
    """Return rows of a table with numbers to predict."""
    empty = pl.DataFrame({name: [None] * n for name in SCHEMA}, schema=SCHEMA)
    rows = pl.int_range(start, start + n, eager=True)
    return Batch(
        empty.with_columns(
            pl.int_range(n, eager=True).cast(pl.String).alias("id"),
            (rows * 10.0).alias("label"),
            rows.cast(pl.Float64).alias("x:rooms"),
            pl.Series("x:town", ["Rome", "Oslo"] * n).head(n),
        )
    )


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """Make projects that are closed at the end."""
    made: list[Project] = []

    def make(labels: list[str | None] | None = None, name: str = "project") -> Project:
        project = Project.create(tmp_path / name)
        made.append(project)
        if labels is not None:
            project.add(PHOTOS, photos(labels))
        return project

    yield make
    for project in made:
        project.close()
