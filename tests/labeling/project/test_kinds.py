"""What samples are given is settled by the imports that say so; samples without labels change nothing about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from engine.task import Kind
from labeling.batch import Batch
from labeling.errors import ImportRefused
from labeling.importing import read, understand
from labeling.project import Filter, Project
from labeling.searching import Search
from labeling.snapshot import snapshot
from tests.labeling.project.conftest import PHOTOS, photos

MakeProject = Callable[..., Project]
SEVERAL = replace(PHOTOS, kind=Kind.MULTILABEL)
NUMBERS = replace(PHOTOS, kind=Kind.REGRESSION, format="image_flat")
BARE = replace(PHOTOS, kind=None, format="image_flat", source=Path("/bare"))


def with_labels(labels: Sequence[object], dtype: pl.DataType, start: int = 0) -> Batch:
    batch = photos([None] * len(labels), start)
    return Batch(batch.frame.with_columns(pl.Series("label", labels, dtype=dtype)))


def several(labels: Sequence[Sequence[str] | None], start: int = 0) -> Batch:
    return with_labels(labels, pl.List(pl.String), start)


def kind(project: Project) -> Kind | None:
    about = project.understanding()
    assert about is not None
    return about.kind


def test_photos_without_labels_leave_several_classes_several(make_project: MakeProject) -> None:
    project = make_project()
    project.add(SEVERAL, several([["cat", "dog"], []]))
    project.add(BARE, photos([None, None], start=10))
    assert kind(project) is Kind.MULTILABEL
    with pytest.raises(ImportRefused, match="any number of classes, and photos gives each sample one class"):
        project.add(PHOTOS, photos(["cat"], start=20))
    project.set_label(["10.png"], "dog")
    assert project.frame()["label"].to_list() == [["cat", "dog"], [], ["dog"], None]


def test_photos_without_labels_leave_numbers_numbers(make_project: MakeProject) -> None:
    project = make_project()
    project.add(NUMBERS, with_labels([3.5, None], pl.Float64()))
    project.add(BARE, photos([None], start=10))
    assert kind(project) is Kind.REGRESSION
    about = project.understanding()
    assert about is not None
    assert about.text() == "3 photos → predict a number for photos; 2 have no label"
    assert about.classes == ()
    with pytest.raises(ImportRefused, match="gives each sample a number, and photos gives each sample one class"):
        project.add(PHOTOS, photos(["cat"], start=20))


def test_the_first_labels_of_photos_without_any_say_what_they_are_given(make_project: MakeProject) -> None:
    project = make_project()
    project.add(BARE, photos([None], start=10))
    assert kind(project) is None
    project.add(SEVERAL, several([["cat", "dog"]]))
    assert kind(project) is Kind.MULTILABEL


def test_a_project_with_plain_names_among_several_classes_can_be_read(make_project: MakeProject) -> None:
    """Earlier versions took folders of classes in after photos without labels."""
    project = make_project()
    project.add(SEVERAL, several([["cat", "dog"], None]))
    project.add(BARE, photos(["cat", "7", None], start=10))
    with project._store.atomic() as connection:
        about = json.dumps(replace(PHOTOS, source=Path("/later")).to_json())
        connection.execute("UPDATE source SET understanding = ? WHERE id = 2", (about,))
    assert kind(project) is Kind.MULTILABEL
    assert {info.name: info.count for info in project.classes()} == {"cat": 2, "dog": 1, "7": 1}
    assert [sample.label for sample in project.page()] == [("cat", "dog"), None, ("cat",), ("7",), None]
    assert project.frame()["label"].to_list() == [["cat", "dog"], None, ["cat"], ["7"], None]
    assert project.ids(Filter(label="cat")) == ["0.png", "10.png"]
    assert len(project.find(Search(label="7"))) == 1
    project.rename_class("cat", "tom")
    assert [sample.label for sample in project.page()][:3] == [("dog", "tom"), None, ("tom",)]


def test_numbers_stay_numbers_beside_an_import_without_any(make_project: MakeProject) -> None:
    project = make_project()
    unlike = photos([None] * 12).frame.with_columns(look=pl.lit(None, pl.Int64), tones=pl.lit(None, pl.Binary))
    project.add(NUMBERS, Batch(unlike))
    for number in range(12):
        project.set_label([f"{number}.png"], number / 2)
    project.add(NUMBERS, photos([None] * 3, start=20))
    frame = project.frame()
    assert frame["label"].dtype == pl.Float64
    assert frame["label"].to_list()[:2] == [0.0, 0.5]
    about = project.understanding()
    assert about is not None
    assert len(snapshot(frame, about).dataset) == 12


def test_texts_without_labels_go_to_texts_that_were_labelled_by_hand(make_project: MakeProject, tmp_path: Path) -> None:
    project = make_project()
    for name in ("first", "second"):
        lines = [f"This is the {name} file, and in it the text of number {number}." for number in range(10)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["text", *(f'"{line}"' for line in lines)]) + "\n")
        found = understand(tmp_path / f"{name}.csv")
        assert project.add(found, read(found)).new == 10
        project.set_label(["0"], "good")
    assert project.frame()["label"].to_list() == ["good"] + [None] * 19
