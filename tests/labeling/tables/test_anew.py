"""Columns can be read in any way that fits them, another one can be predicted, and all of it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.task import Column, ColumnType, Kind
from labeling.errors import ImportRefused, ProjectError
from labeling.importing import read, understand
from labeling.project import Project
from labeling.snapshot import snapshot
from labeling.tables.anew import offered, read_anew
from labeling.tables.further import as_before

Types = dict[str, ColumnType | None]


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    path = tmp_path / "houses.csv"
    lines = ["id,rooms,town,sold,note,price"]
    for number in range(60):
        note = f"a house with {number} windows and a garden behind it"
        lines.append(f"h{number},{number % 6},{'AB'[number % 2]},2024-0{1 + number % 9}-11,{note},{100 + 7 * number}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def project(houses: Path, tmp_path: Path) -> Iterator[Project]:
    understanding = understand(houses)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        yield project


def types_of(project: Project) -> dict[str, ColumnType]:
    understanding = project.understanding()
    assert understanding is not None
    return {column.name: column.type for column in understanding.columns}


def change(project: Project, target: str | None = "price", **types: ColumnType | None) -> None:
    project.change_columns([(s, *read_anew(s.understanding, target, types)) for s in project.table_sources()])


def test_each_column_says_what_it_can_be(houses: Path) -> None:
    found = {column.name: column for column in offered(understand(houses))}
    assert list(found) == ["id", "rooms", "town", "sold", "note", "price"]
    assert found["rooms"].types == (ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.GROUP)
    assert found["sold"].types[0] is ColumnType.DATE
    assert ColumnType.NUMBER not in found["town"].types
    assert found["note"].type is ColumnType.TEXT
    assert (found["id"].type, found["id"].reason) == (None, "almost every row has another value")
    assert found["price"].can_be_target and not found["note"].can_be_target
    assert found["town"].example == "A"


def test_chosen_types_are_what_is_learned_from(houses: Path) -> None:
    types: Types = {"rooms": ColumnType.CATEGORY, "note": None, "id": ColumnType.TEXT}
    understanding = understand(houses, types=types)
    assert understanding.columns == (
        Column("id", ColumnType.TEXT), Column("rooms", ColumnType.CATEGORY), Column("town", ColumnType.CATEGORY),
        Column("sold", ColumnType.DATE, "%Y-%m-%d"),
    )  # fmt: skip
    assert ("note", "you left it out") in {(left.name, left.reason) for left in understanding.left_out}
    again = understand(houses, **understanding.wish("target", "town"))
    assert dict(again.types) == types
    frozen = snapshot(read(understanding).frame, understanding, test_fraction=0.2, seed=0)
    assert frozen.task.columns == understanding.columns


def test_what_a_column_is_not_it_cannot_be_read_as(houses: Path) -> None:
    with pytest.raises(ImportRefused, match="“town” cannot be read as number"):
        understand(houses, types={"town": ColumnType.NUMBER})
    assert understand(houses, types={"nobody": None}).types == ()


def test_a_type_changed_in_a_project_is_undone_and_redone(project: Project) -> None:
    before = project.inputs(["0"])
    change(project, rooms=ColumnType.CATEGORY)
    assert project.can_undo == "Read “rooms” as category"
    assert types_of(project)["rooms"] is ColumnType.CATEGORY
    assert project.inputs(["5"])["rooms"].to_list() == ["5"]
    change(project, rooms=ColumnType.CATEGORY, town=None)
    assert project.can_undo == "Leave “town” out"
    assert "town" not in project.inputs(["0"]).columns
    project.undo()
    assert "town" in types_of(project)
    project.undo()
    assert types_of(project)["rooms"] is ColumnType.NUMBER
    assert project.inputs(["0"]).equals(before)
    project.redo()
    assert project.inputs(["5"])["rooms"].to_list() == ["5"]


def test_labels_given_by_hand_stay_while_the_same_column_is_predicted(project: Project) -> None:
    project.set_label(["3"], 999.0)
    change(project, rooms=ColumnType.CATEGORY)
    assert project.frame()["label"].to_list()[3] == 999.0


def test_another_column_is_predicted_and_that_is_taken_back(project: Project, tmp_path: Path) -> None:
    change(project, "town")
    understanding = project.understanding()
    assert understanding is not None
    assert (understanding.target, understanding.kind, understanding.classes) == ("town", Kind.MULTICLASS, ("A", "B"))
    assert project.frame()["label"].to_list()[:3] == ["A", "B", "A"]
    assert types_of(project)["price"] is ColumnType.NUMBER
    assert project.can_undo == "Predict “town”"
    project.close()
    with Project.open(tmp_path / "project") as again:
        again.undo()
        understanding = again.understanding()
        assert understanding is not None
        assert (understanding.target, understanding.kind, understanding.classes) == ("price", Kind.REGRESSION, ())
        assert again.frame()["label"].to_list()[:3] == [100.0, 107.0, 114.0]
        again.redo()
        assert again.frame()["label"].to_list()[:3] == ["A", "B", "A"]


def test_a_table_that_grew_or_is_gone_changes_nothing(project: Project, houses: Path) -> None:
    with houses.open("a") as file:
        file.write("h99,1,A,2024-01-01,a house with a cellar and no garden,5\n")
    with pytest.raises(ProjectError, match="60 rows when it was taken in and has 61 now"):
        change(project, "town")
    houses.unlink()
    with pytest.raises(ImportRefused):
        change(project, "town")
    with pytest.raises(ImportRefused, match="not there any more"):
        offered(project.table_sources()[0].understanding)
    assert types_of(project)["rooms"] is ColumnType.NUMBER


def reversed_rows(path: Path) -> None:
    header, *lines = path.read_text().splitlines()
    path.write_text("\n".join([header, *reversed(lines)]) + "\n")


def test_a_table_whose_rows_were_sorted_anew_changes_nothing(project: Project, houses: Path) -> None:
    before = project.frame()
    reversed_rows(houses)
    with pytest.raises(ProjectError, match=r"houses\.csv has other rows .* or the same in another order: its column “"):
        change(project, rooms=ColumnType.CATEGORY)
    with pytest.raises(ProjectError, match="in another order"):
        change(project, "town")
    assert project.frame().equals(before)
    assert not [path for path in (project.path / "tables").iterdir() if path.name != "1.parquet"]


def test_rows_are_told_by_the_labels_that_the_table_has(project: Project, houses: Path) -> None:
    project.set_label(["3"], 999.0)
    change(project, rooms=ColumnType.CATEGORY)
    houses.write_text(houses.read_text().replace(",100\n", ",99\n"))
    with pytest.raises(ProjectError, match="its column “price” differs"):
        change(project, rooms=ColumnType.TEXT)
    houses.write_text(houses.read_text().replace(",99\n", ",100\n"))
    change(project, "town")
    project.set_label(["0", "1"], "B")
    project.rename_class("A", "Aachen")
    change(project, "town", rooms=ColumnType.TEXT)
    assert project.frame()["label"].to_list()[:3] == ["B", "B", "Aachen"]


def test_rows_are_told_by_numbers_that_are_read_as_words(tmp_path: Path) -> None:
    path = tmp_path / "alike.csv"
    path.write_text("size,kind\n" + "".join(f"{n}.5,{'yn'[min(n, 39 - n) % 2]}\n" for n in range(40)))
    understanding = understand(path)
    with Project.create(tmp_path / "alike") as project:
        project.add(understanding, read(understanding))
        change(project, "kind", size=ColumnType.TEXT)
        change(project, "kind", size=ColumnType.NUMBER)
        reversed_rows(path)
        with pytest.raises(ProjectError, match="its column “size” differs"):
            change(project, "kind", size=ColumnType.TEXT)


def test_dates_stay_written_as_they_were_read(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("day,size,price\n" + "".join(f"{1 + n % 12}/{1 + n % 28}/2024,{n % 7},{n}.5\n" for n in range(60)))
    second.write_text("day,size,price\n" + "".join(f"{1 + n % 12}/{1 + n % 9}/2024,{n % 7},{n}.5\n" for n in range(40)))
    with Project.create(tmp_path / "project") as project:
        for path in (first, second):
            found = as_before(project, understand(path, target="price"))
            project.add(found, read(found))
        days = project.frame()["x:day"].to_list()
        assert days[69] - days[60] == 274  # from 1 January to 1 October, not to 10 January
        change(project, size=ColumnType.CATEGORY)
        assert project.frame()["x:day"].to_list() == days
        about = project.understanding()
        assert about is not None
        assert about.columns[0] == Column("day", ColumnType.DATE, "%m/%d/%Y")


def test_dates_that_tables_write_with_and_without_times_are_dates(tmp_path: Path) -> None:
    with Project.create(tmp_path / "project") as project:
        for name, time in (("first", ""), ("second", " 00:00:00")):
            path = tmp_path / f"{name}.csv"
            path.write_text("day,size\n" + "".join(f"2024-03-{1 + n % 28:02}{time},{n}.5\n" for n in range(40)))
            found = understand(path, target="size", types={"day": ColumnType.TEXT})
            project.add(found, read(found))
        change(project, "size", day=ColumnType.DATE)
        days = project.frame()["x:day"].to_list()
        assert days[:40] == days[40:] and None not in days


def test_two_tables_among_others_are_still_those_that_were_chosen(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, start in (("train", 0), ("test", 60), ("other", 200)):
        lines = "".join(f"{n % 6},{'AB'[n % 2]},{100 + 7 * n}\n" for n in range(start, start + 60))
        (folder / f"{name}.csv").write_text("rooms,town,price\n" + lines)
    chosen = ("test.csv", "train.csv")
    with Project.create(tmp_path / "two") as two:
        found = understand(folder, chosen=chosen, target="price")
        assert two.add(found, read(found)).new == 120
        (source,) = two.table_sources()
        assert [column.name for column in offered(source.understanding)] == ["rooms", "town", "price"]
        change(two, rooms=ColumnType.CATEGORY)
        change(two, town=None)
        assert [column.name for column in two.table_sources()[0].understanding.columns] == ["rooms"]
        assert two.frame()["label"].max() == 100 + 7 * 119


def test_dates_that_tables_write_in_two_ways_stay_words(tmp_path: Path) -> None:
    american, few = tmp_path / "american.csv", tmp_path / "few.csv"
    american.write_text("day,size\n" + "".join(f"{1 + n % 12}/{1 + n % 28}/2024,{n % 7}.5\n" for n in range(60)))
    few.write_text("day,size\n" + "".join(f"{1 + n % 12}/{1 + n % 9}/2024,{n % 7}.5\n" for n in range(40)))
    with Project.create(tmp_path / "project") as project:
        for path in (american, few):
            found = understand(path, target="size", types={"day": ColumnType.TEXT})
            project.add(found, read(found))
        words = r"“day” holds dates written as month/day/year in american\.csv and as day/month/year in few\.csv"
        with pytest.raises(ProjectError, match=words):
            change(project, "size", day=ColumnType.DATE)
        assert types_of(project) == {"day": ColumnType.TEXT}
