"""A table goes out as it came, goes into its project again, and what of it is missing is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from engine.task import ColumnType, Kind
from labeling.annotations.model import Annotated, Annotations, Head, Span
from labeling.annotations.registry import WRITERS
from labeling.exporting import annotations_of, fitted_to, write_labels
from labeling.importing import read, understand
from labeling.project import Project
from labeling.tables.further import as_before
from labeling.tables.source import opened

FIRST = datetime(2024, 1, 1)


def plants(folder: Path) -> Path:
    path = folder / "plants.csv"
    lines = [
        f"id-{at}x,{(FIRST + timedelta(days=3 * at)).strftime('%d.%m.%Y')},{at % 7}.5,{'oak' if at % 2 else 'elm'}"
        for at in range(40)
    ]
    path.write_text("\n".join(["plant id,seen,height,species", *lines]) + "\n")
    return path


def texts(folder: Path) -> Path:
    said = [f"The {thing} that came on day {day} was rather {how}." for day in range(10) for thing, how in (
        ("soup", "good"), ("bill", "wrong"))]  # fmt: skip
    path = folder / "reviews.csv"
    pl.DataFrame({"id": range(20), "review": said, "mood": ["good", "bad"] * 10}).write_csv(path)
    return path


def cells(path: Path) -> pl.DataFrame:
    with opened(path) as table:
        return table.lazy.collect()


@pytest.mark.parametrize("to", ["csv", "xlsx"])
@pytest.mark.parametrize("make", [plants, texts])
def test_a_table_goes_into_its_own_project_again(to: str, make: object, tmp_path: Path) -> None:
    source = plants(tmp_path) if make is plants else texts(tmp_path)
    there = understand(source)
    with Project.create(tmp_path / "project") as project:
        project.add(there, read(there))
        modality, annotations = annotations_of(project)
        held, sentences = fitted_to(WRITERS[to], annotations, modality)
        write_labels(held, WRITERS[to], tmp_path / "out")
        absent = "plant id" if make is plants else "id"
        assert sentences == [f"Columns that the project leaves out are not written: {absent}."]
        (path,) = (tmp_path / "out").iterdir()
        before, after = cells(source).drop(absent), cells(path)
        assert after.columns == before.columns
        assert after.drop("height", strict=False).rows() == before.drop("height", strict=False).rows()
        dates = [column.format for column in there.columns if column.type is ColumnType.DATE]
        assert dates == (["%d.%m.%Y"] if make is plants else [])
        again = as_before(project, understand(path))
        assert (again.target, again.columns) == (there.target, there.columns)
        project.set_label(["0"], "another")
        project.add(again, read(again))


@pytest.mark.parametrize(
    ("days", "pattern", "written"),
    [
        ([0.0, 19723.0], "%d/%m/%Y", ["01/01/1970", "01/01/2024"]),
        ([0.0, 19723.0], "", ["1970-01-01", "2024-01-01"]),
        ([0.5, 19723.0], "%Y-%m-%d", ["1970-01-01 12:00:00", "2024-01-01 00:00:00"]),
        ([0.5, None], "%Y-%m-%d %H:%M", ["1970-01-01 12:00", ""]),
        ([1e9, 0.0], "%Y-%m-%d", ["1000000000.0", "1970-01-01"]),
    ],
)
def test_dates_are_written_as_their_file_had_them(
    days: list[float | None], pattern: str, written: list[str], tmp_path: Path
) -> None:
    samples = [Annotated(str(at), classes=("a",), row={"when": day}) for at, day in enumerate(days)]
    head = Head(target="kind", dates={"when": pattern})
    WRITERS["csv"].write(Annotations(samples, ("a",), head=head), tmp_path)
    lines = (tmp_path / "labels.csv").read_text().splitlines()
    assert lines == ["when,kind", *(f"{cell},a" for cell in written)]


def test_names_of_columns_stay_apart(tmp_path: Path) -> None:
    rows = [Annotated("0", classes=("a",), row={"label": 1.0})]
    WRITERS["csv"].write(Annotations(rows, ("a",)), tmp_path)
    assert (tmp_path / "labels.csv").read_text().splitlines() == ["label,label 2", "1.0,a"]
    said = [Annotated("0", text="one", classes=("a",), split="test")]
    WRITERS["csv"].write(Annotations(said, ("a",), head=Head(target="set", text="split")), tmp_path)
    assert (tmp_path / "labels.csv").read_text().splitlines() == ["split,set,subset", "one,a,test"]


def test_many_absent_columns_are_named_in_part() -> None:
    head = Head(absent=tuple(f"c{at}" for at in range(12)))
    (said,) = WRITERS["csv"].cannot_carry(Annotations([Annotated("0", text="x", classes=("a",))], ("a",), head=head))
    assert said.endswith("c8, c9 and 2 more.")


def test_classes_that_read_as_nothing_are_told_or_kept(tmp_path: Path) -> None:
    said = [
        Annotated(str(at), text=f"What was said at {at} o'clock, and more", classes=(name,))
        for at, name in enumerate(["NA", "?", "NA", "yes"] * 3)
    ]
    annotations = Annotations(said, ("?", "NA", "yes"))
    (sentence,) = WRITERS["csv"].cannot_carry(annotations)
    assert sentence.startswith("“NA” in CSV means that nothing is there, so 9 samples come back without a label.")
    assert WRITERS["csv"].cannot_carry(Annotations(said[3:4], ("yes",))) == []
    assert WRITERS["jsonl"].cannot_carry(annotations) == []
    WRITERS["jsonl"].write(annotations, tmp_path)
    assert read(understand(tmp_path)).frame["label"].to_list() == ["NA", "?", "NA", "yes"] * 3


@pytest.mark.parametrize(
    ("to", "sample", "said"),
    [
        ("conll", Annotated("0", text="Anna", spans=(Span("a person", 0, 4),)), "“a person” becomes “a_person”"),
        ("fasttext", Annotated("0", text="x", classes=("two words", "one")), "“two words” becomes “two_words”"),
        ("folders", Annotated("0", text="x", classes=("a/b",)), "“a/b” becomes “a_b”"),
        ("folders", Annotated("0", text="x", classes=("x" * 120,)), "becomes “" + 100 * "x" + "”"),
    ],
)
def test_names_of_classes_that_change_are_told(to: str, sample: Annotated, said: str) -> None:
    (sentence,) = WRITERS[to].cannot_carry(Annotations([sample, sample], sample.names))
    assert "cannot write the names of 1 class as they are" in sentence
    assert sentence.endswith(f"{said}.")


def test_whole_numbers_come_back_as_numbers(tmp_path: Path) -> None:
    said = [Annotated(str(at), text=f"What was said on day {at}, and more", number=float(at % 30)) for at in range(60)]
    WRITERS["csv"].write(Annotations(said), tmp_path)
    understanding = understand(tmp_path)
    assert (understanding.target, understanding.kind) == ("value", Kind.REGRESSION)
    assert read(understanding).frame["label"].to_list() == [sample.number for sample in said]
