"""A second table is read as the first is, what a person chose included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from engine.dataset import INPUT_PREFIX
from engine.task import Column, ColumnType
from labeling.errors import ImportRefused
from labeling.importing import read, understand
from labeling.project import Project
from labeling.tables.anew import read_anew
from labeling.tables.further import SAID, as_before
from labeling.understanding import Understanding

HEADER = "rooms,town,sold,price\n"
SOLD = "sold,rooms,price\n"


def table(path: Path, lines: list[str], header: str = HEADER) -> Path:
    path.write_text(header + "".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Houses whose rooms a person had read as classes."""
    lines = [f"{n % 6},{'AB'[n % 2]},2024-0{1 + n % 9}-11,{100 + 7 * n}" for n in range(60)]
    types = {"rooms": ColumnType.CATEGORY}
    understanding = understand(table(tmp_path / "houses.csv", lines), target="price", types=types)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        yield project


def test_types_that_a_person_chose_hold_for_a_second_table(project: Project, tmp_path: Path) -> None:
    lines = [f"{7 + n},A,2025-0{1 + n % 9}-11,{n},{500 + n}" for n in range(20)]
    path = table(tmp_path / "more.csv", lines, "rooms,town,sold,floor,price\n")
    found = as_before(project, understand(path, target="floor"))
    assert found.target == "price"
    assert {column.name: column.type for column in found.columns} == {
        "rooms": ColumnType.CATEGORY,
        "town": ColumnType.CATEGORY,
        "sold": ColumnType.DATE,
    }
    assert found.problems[:2] == (SAID, "Not learned from, as before: floor.")
    assert project.add(found, read(found)).new == 20
    frame = project.frame()
    assert frame[INPUT_PREFIX + "rooms"][60:62].to_list() == ["7", "8"]
    assert frame[INPUT_PREFIX + "town"].n_unique() == 2
    assert frame[INPUT_PREFIX + "sold"].dtype == pl.Float64
    assert frame[INPUT_PREFIX + "sold"].null_count() == 0
    assert frame["label"][60] == 500.0


def test_a_column_without_a_value_counts_as_missing(project: Project, tmp_path: Path) -> None:
    path = table(tmp_path / "more.csv", [f"{n % 3},,,{50 + n}" for n in range(20)])
    found = as_before(project, understand(path))
    project.add(found, read(found))
    assert project.frame()[INPUT_PREFIX + "sold"].null_count() == 20


def test_a_column_that_holds_something_else_is_refused(project: Project, tmp_path: Path) -> None:
    path = table(tmp_path / "more.csv", [f"{n % 3},A,soon,{50 + n}" for n in range(20)])
    with pytest.raises(ImportRefused, match=r"“sold” holds dates in the table of this project, and none in more\.csv"):
        as_before(project, understand(path))


def test_other_tables_and_first_ones_are_left_as_they_are(project: Project, tmp_path: Path) -> None:
    path = table(tmp_path / "other.csv", [f"{n},{n % 2}" for n in range(20)], "width,kind\n")
    found = understand(path)
    assert as_before(project, found) is found
    assert as_before(None, found) is found
    with Project.create(tmp_path / "empty") as empty:
        assert as_before(empty, found) is found


def test_dates_written_in_another_way_are_refused(project: Project, tmp_path: Path) -> None:
    path = table(tmp_path / "more.csv", [f"{n % 3},A,11.0{1 + n % 9}.2025,{50 + n}" for n in range(20)])
    words = r"“sold” holds dates written as year-month-day in .* and as day\.month\.year in more\.csv, so it was not"
    with pytest.raises(ImportRefused, match=words):
        as_before(project, understand(path))


def test_a_few_dates_do_not_swap_the_days_and_months_of_the_project(tmp_path: Path) -> None:
    american = [f"{n % 6},A,{1 + n % 12}/{1 + n % 28}/2024,{100 + n}" for n in range(60)]
    understanding = understand(table(tmp_path / "first.csv", american), target="price")
    with Project.create(tmp_path / "american") as project:
        project.add(understanding, read(understanding))
        few = table(tmp_path / "few.csv", [f"{n % 6},A,3/{1 + n % 9}/2024,{50 + n}" for n in range(20)])
        found = as_before(project, understand(few))
        assert {column.name: column.format for column in found.columns}["sold"] == "%m/%d/%Y"
        project.add(found, read(found))
        days = project.frame()[INPUT_PREFIX + "sold"].to_list()
        assert days[61] - days[60] == 1
        european = table(tmp_path / "european.csv", [f"{n % 6},A,{13 + n % 9}/3/2024,{n}" for n in range(20)])
        with pytest.raises(ImportRefused, match=r"month/day/year .* and as day/month/year in european\.csv"):
            as_before(project, understand(european))


WRITTEN = ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d", "%m/%d/%Y", "%m/%d/%Y %H:%M"]
DAYS = [date(2024, 1 + n % 12, 1 + n % 28) for n in range(60)]


def dated(path: Path, pattern: str, price: str = "{n}.5") -> Path:
    lines = [f"{day:{pattern}},{n % 7},{price.format(n=n)}" for n, day in enumerate(DAYS)]
    return table(path, lines, SOLD)


@pytest.mark.parametrize("there", WRITTEN)
def test_dates_that_cannot_be_mistaken_are_read_as_each_table_writes_them(there: str, tmp_path: Path) -> None:
    tables = [dated(tmp_path / "first.csv", there)]
    tables += [dated(tmp_path / f"{place}.csv", here, f"{{n}}.{place}25") for place, here in enumerate(WRITTEN)]
    with Project.create(tmp_path / "project") as project:
        for path in tables:
            found = as_before(project, understand(path, target="price"))
            assert Understanding.from_json(found.to_json()) == found
            project.add(found, read(found))
        days = [(day - date(1970, 1, 1)).days for day in DAYS] * len(tables)
        assert project.frame()[INPUT_PREFIX + "sold"].to_list() == days
        types = {"rooms": ColumnType.CATEGORY}
        project.change_columns([(s, *read_anew(s.understanding, "price", types)) for s in project.table_sources()])
        assert project.frame()[INPUT_PREFIX + "sold"].to_list() == days
        about = project.understanding()
        assert about is not None
        assert about.columns[0] == Column("sold", ColumnType.DATE, there)


def test_dates_with_times_follow_dates_that_had_a_type_of_their_own(tmp_path: Path) -> None:
    first = tmp_path / "first.parquet"
    pl.DataFrame({"sold": DAYS, "rooms": range(60), "price": [n + 0.5 for n in range(60)]}).write_parquet(first)
    with Project.create(tmp_path / "project") as project:
        for path in (first, dated(tmp_path / "second.csv", "%Y-%m-%d %H:%M:%S", "{n}.25")):
            found = as_before(project, understand(path, target="price"))
            project.add(found, read(found))
        days = project.frame()[INPUT_PREFIX + "sold"].to_list()
        assert days[:60] == days[60:] and None not in days


def test_days_and_months_stand_as_in_the_project_where_a_few_dates_do_not_tell(tmp_path: Path) -> None:
    first = dated(tmp_path / "first.csv", "%m/%d/%Y")
    few = table(tmp_path / "few.csv", [f"3/{1 + n % 9}/2024 10:00,{n},{n}.5" for n in range(20)], SOLD)
    with Project.create(tmp_path / "project") as project:
        for path in (first, few):
            found = as_before(project, understand(path, target="price"))
            project.add(found, read(found))
        days = project.frame()[INPUT_PREFIX + "sold"].to_list()
        assert days[61] - days[60] == 1
    with Project.create(tmp_path / "other") as project:
        found = understand(dated(tmp_path / "other.csv", "%Y-%m-%d"), target="price")
        project.add(found, read(found))
        with pytest.raises(ImportRefused, match="year-month-day in the table of this project"):
            as_before(project, understand(few, target="price"))


def test_two_tables_from_a_folder_with_others_go_to_a_project_with_one(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("train", "test", "other"):
        table(folder / f"{name}.csv", [f"{n % 6},A,2025-0{1 + n % 9}-11,{500 + n}" for n in range(20)])
    found = as_before(project, understand(folder, chosen=("test.csv", "train.csv")))
    assert found.problems[0] == SAID
    assert project.add(found, read(found)).new == 40


def test_a_few_cells_that_are_no_dates_do_not_swap_days_and_months(tmp_path: Path) -> None:
    def days(name: str, month_first: bool, slip: str) -> Path:
        cells = [f"1/{1 + n % 9}/2024" if month_first else f"{1 + n % 28}/{1 + n % 12}/2024" for n in range(199)]
        return table(tmp_path / name, [f"{cell},{n % 7},{n}.5" for n, cell in enumerate([slip, *cells])], SOLD)

    first = understand(days("first.csv", False, "TBD"), target="price")
    assert "“sold” is read as dates; 1 other cell counted as missing." in first.problems
    with Project.create(tmp_path / "project") as project:
        project.add(first, read(first))
        more = as_before(project, understand(days("more.csv", False, "soon"), target="price"))
        assert (more.columns[0].format, more.dates) == ("%d/%m/%Y", ())
        with pytest.raises(ImportRefused, match=r"as month/day/year in american\.csv"):
            as_before(project, understand(days("american.csv", True, "1/31/2024"), target="price"))
