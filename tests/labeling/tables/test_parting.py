"""A column that says which rows are kept for the test does so, and is nothing to learn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from engine.task import ColumnType, Modality
from labeling.annotations.model import Annotated, Annotations
from labeling.annotations.registry import WRITERS
from labeling.importing import read, understand
from labeling.project import Project
from labeling.tables.anew import read_anew
from labeling.tables.further import NOT_THERE, as_before
from labeling.tables.parting import SAYS_PART, parting_column
from labeling.understanding import LeftOut, Understanding

TEXTS = [f"The {thing} that came on day {day} was rather {how}." for day in range(10) for thing, how in (
    ("soup", "good"), ("bill", "wrong"))]  # fmt: skip


def table(folder: Path, column: str = "split", cells: tuple[str, ...] = ("train", "test", "val", "")) -> Path:
    path = folder / "plants.csv"
    lines = [f"{at}.5,{'oak' if at % 3 else 'elm'},{cells[at % len(cells)]}" for at in range(40)]
    path.write_text("\n".join([f"height,kind,{column}", *lines]) + "\n")
    return path


@pytest.mark.parametrize("to", ["csv", "xlsx", "jsonl"])
def test_labels_of_texts_come_back_with_their_parts(to: str, tmp_path: Path) -> None:
    samples = [
        Annotated(str(at), text=text, classes=(("good", "bad")[at % 2],), split="test" if at % 5 == 0 else "train")
        for at, text in enumerate(TEXTS)
    ]
    WRITERS[to].write(Annotations(samples, ("bad", "good")), tmp_path)
    (path,) = tmp_path.iterdir()
    for place in (path, tmp_path):
        understanding = understand(place)
        assert understanding.modality is Modality.TEXT
        assert [column.name for column in understanding.columns] == ["text"]
        assert understanding.target == "label"
        assert understanding.text().endswith("; 4 kept apart for the test")
        frame = read(understanding).frame
        assert frame.select("x:text", "label", "split").rows() == [
            (sample.text, (sample.classes or ("",))[0], sample.split) for sample in samples
        ]


def test_rows_are_parted_and_the_column_is_not_learned_from(tmp_path: Path) -> None:
    understanding = understand(table(tmp_path))
    assert (understanding.target, [column.name for column in understanding.columns]) == ("kind", ["height"])
    assert understanding.left_out == (LeftOut("split", SAYS_PART),)
    assert (understanding.parted_by, understanding.set_apart) == ("split", 10)
    assert Understanding.from_json(understanding.to_json()) == understanding
    assert read(understanding).frame["split"].to_list() == ["train", "test", "train", None] * 10
    mixed = understand(tmp_path / "plants.csv", apart=False)
    assert read(mixed).frame["split"].null_count() == 40


def test_whoever_wants_the_column_otherwise_has_it(tmp_path: Path) -> None:
    path = table(tmp_path)
    predicted = understand(path, target="split")
    assert (predicted.target, predicted.parted_by, predicted.set_apart) == ("split", None, 0)
    wishes = understand(path).wish("keep", "split")
    for taken_in in (understand(path, **wishes), understand(path, target="kind", types={"split": ColumnType.CATEGORY})):
        assert "split" in {column.name for column in taken_in.columns}
        assert read(taken_in).frame["split"].null_count() == 40
    assert understand(path, types={"split": None}).set_apart == 10


@pytest.mark.parametrize(
    ("column", "cells", "found"),
    [
        ("Set", ("Training", "TEST"), "Set"),
        ("fold", ("dev", "train"), "fold"),
        ("split", ("train", "elsewhere"), None),
        ("split", ("train", "train"), None),
        ("split", ("test", "eval"), None),
        ("role", ("train", "test"), None),
    ],
)
def test_only_a_column_named_so_whose_every_cell_is_a_part(
    column: str, cells: tuple[str, ...], found: str | None, tmp_path: Path
) -> None:
    assert parting_column(pl.scan_csv(table(tmp_path, column, cells)), ()) == found


def learned_from(path: Path) -> Understanding:
    """Return a table as versions read it that took such a column for one of words to learn from."""
    found = understand(path, types={"split": ColumnType.CATEGORY})
    return replace(found, types=())


def change(project: Project, **types: ColumnType | None) -> Understanding:
    project.change_columns([(s, *read_anew(s.understanding, "kind", types)) for s in project.table_sources()])
    (now,) = (source.understanding for source in project.table_sources())
    return now


def test_a_column_that_was_learned_from_so_far_stays_one(tmp_path: Path) -> None:
    understanding = learned_from(table(tmp_path))
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        now = change(project, height=ColumnType.CATEGORY)
        assert {column.name for column in now.columns} == {"height", "split"}
        assert (now.parted_by, now.set_apart) == (None, 0)
        now = change(project, height=ColumnType.CATEGORY, split=None)
        assert [(left.name, left.reason) for left in now.left_out] == [("split", "you left it out")]
        assert (now.parted_by, now.set_apart) == (None, 0)
        assert project.frame()["split"].null_count() == 40


@pytest.mark.parametrize("apart", [True, False])
def test_rows_that_were_parted_stay_so_when_columns_change(apart: bool, tmp_path: Path) -> None:
    understanding = understand(table(tmp_path), apart=apart)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        parts = project.frame()["split"].to_list()
        for types in ({"height": ColumnType.CATEGORY}, {"split": ColumnType.CATEGORY}, {}):
            now = change(project, **types)
            assert (now.parted_by, now.set_apart, now.apart) == ("split", 10, apart)
            assert project.frame()["split"].to_list() == parts
        assert LeftOut("split", SAYS_PART) in now.left_out


@pytest.mark.parametrize("left_out", [False, True])
def test_a_further_table_is_parted_only_where_the_project_is(left_out: bool, tmp_path: Path) -> None:
    understanding = learned_from(table(tmp_path))
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        if left_out:
            change(project, split=None)
        path = tmp_path / "more.csv"
        path.write_text(
            "height,kind,split\n"
            + "".join(f"{n}.25,{'oak' if n % 3 else 'elm'},{'test' if n % 4 else 'train'}\n" for n in range(8))
        )
        found = as_before(project, understand(path))
        assert (found.parted_by, found.set_apart) == (None, 0)
        assert found.left_out == ((LeftOut("split", NOT_THERE),) if left_out else ())
        assert "kept apart" not in found.text()
        project.add(found, read(found))
        assert project.frame()["split"].null_count() == 48


def test_a_further_table_is_parted_by_the_column_of_the_project_or_one_new_to_it(tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text(
        "fold,height,kind,split\n"
        + "".join(f"dev,{n}.25,{'oak' if n % 3 else 'elm'},{('test', '')[n % 2]}\n" for n in range(8))
    )
    understanding = understand(table(tmp_path))
    with Project.create(tmp_path / "parted") as project:
        project.add(understanding, read(understanding))
        found = as_before(project, understand(path))
        assert (found.parted_by, found.set_apart) == ("split", 4)
        assert LeftOut("split", SAYS_PART) in found.left_out
        assert read(found).frame["split"].to_list() == ["test", None] * 4
    (tmp_path / "plain.csv").write_text(
        "height,kind\n" + "".join(f"{n}.5,{'oak' if n % 3 else 'elm'}\n" for n in range(40))
    )
    understanding = understand(tmp_path / "plain.csv")
    with Project.create(tmp_path / "plain") as project:
        project.add(understanding, read(understanding))
        path.write_text(path.read_text().replace("fold,", "row,"))
        found = as_before(project, understand(path))
        assert (found.parted_by, found.set_apart) == ("split", 4)
