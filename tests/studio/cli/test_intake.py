from __future__ import annotations

from pathlib import Path

import pytest

from engine.task import Kind
from labeling.batch import Batch, Problem
from labeling.errors import ImportRefused
from labeling.importing import read, understand
from labeling.project import Project
from labeling.understanding import Understanding
from studio.cli.errors import CommandFailed, UsageError
from studio.cli.intake import MOST_TOLD, is_project, take_in, told, understand_data


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("size,colour\n" + "".join(f"{n},{'red' if n % 2 else 'blue'}\n" for n in range(40)))
    return path


def test_data_becomes_samples_and_what_was_understood_is_said_first(table: Path) -> None:
    understood: list[Understanding] = []
    intake = take_in(table, "colour", understood.append, 60.0)
    assert intake.frame.height == 40 and intake.understanding.target == "colour"
    assert intake.run_path is None and intake.cache is None
    assert [(origin.name, origin.samples) for origin in intake.origins] == [("table.csv", 40)]
    assert understood == [intake.understanding]


def test_a_project_brings_its_labels_and_its_places(table: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    with_labels = understand(table, target="colour")
    project = Project.create(folder)
    project.add(with_labels, read(with_labels))
    project.close()
    assert is_project(folder) and not is_project(tmp_path)
    intake = take_in(folder, None, print, 60.0)
    assert intake.frame.height == 40
    assert intake.run_path is not None and intake.run_path.is_relative_to(folder)
    assert intake.cache is not None and intake.cache.is_relative_to(folder)
    assert [origin.name for origin in intake.origins] == ["table.csv"]
    with pytest.raises(UsageError, match="Leave out --target"):
        take_in(folder, "size", print, 60.0)


def test_an_empty_project_says_what_to_do(tmp_path: Path) -> None:
    Project.create(tmp_path / "empty").close()
    with pytest.raises(CommandFailed, match=r"is empty\. Take data in first"):
        take_in(tmp_path / "empty", None, print, 60.0)


def test_a_column_that_is_not_there_is_named_with_those_that_are(table: Path) -> None:
    with pytest.raises(UsageError, match=r"no column 'weight' in table\.csv .* colour"):
        understand_data(table, "weight")


def test_many_problems_are_counted_not_listed(table: Path) -> None:
    found = understand(table, target="colour")
    frame = read(found).frame
    many = Batch(frame, tuple(Problem(f"{n}.jpg", "This is no picture.") for n in range(20)))
    sentences = told(found, many)
    assert len(sentences) == MOST_TOLD + 1
    assert "more like these" in sentences[-1]


def test_what_one_sentence_tells_of_together_is_not_told_one_by_one(table: Path) -> None:
    found = understand(table, target="colour")
    batch = Batch(read(found).frame, (Problem("a.m4a", "It is no row.", counted=True), Problem("b.m4a", "It is torn.")))
    assert told(found, batch)[-1] == "b.m4a: It is torn."
    assert not any("a.m4a" in sentence for sentence in told(found, batch))


def test_columns_are_kept_of_tables_alone(table: Path, tmp_path: Path) -> None:
    assert take_in(table, "colour", print, 60.0, ["size"]).understanding.kept == ("size",)
    Project.create(tmp_path / "project").close()
    with pytest.raises(UsageError, match="when its table is taken in"):
        take_in(tmp_path / "project", None, print, 60.0, ["size"])
    folder = tmp_path / "notes"
    for name in ("good", "bad"):
        (folder / name).mkdir(parents=True)
        for number in range(3):
            (folder / name / f"{number}.txt").write_text(f"{name} {number}")
    with pytest.raises(UsageError, match="no table, so it has no columns to keep"):
        understand_data(folder, None, ["size"])


def test_a_column_keeps_rows_together_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    visits = tmp_path / "visits.csv"
    visits.write_text("who,size,ill\n" + "".join(f"p{n // 4},{n * 7 % 13},{n % 2}\n" for n in range(40)))
    understanding = take_in(visits, "ill", print, 60.0, group="who").understanding
    assert [(column.name, column.type.value) for column in understanding.columns] == [
        ("size", "number"),
        ("who", "group"),
    ]
    for name in ("patient", "ill"):
        with pytest.raises(UsageError, match=rf"There is no column '{name}' in visits\.csv to keep rows together by"):
            understand_data(visits, "ill", group=name)
    Project.create(tmp_path / "project").close()
    with pytest.raises(UsageError, match="Say --keep-column and --group when its table is taken in"):
        take_in(tmp_path / "project", None, print, 60.0, group="who")


def test_a_column_is_read_as_what_it_is_said_to_hold(table: Path, tmp_path: Path) -> None:
    assert understand_data(table, "size").kind is Kind.REGRESSION
    assert take_in(table, "size", print, 60.0, kind=Kind.MULTICLASS).understanding.kind is Kind.MULTICLASS
    with pytest.raises(ImportRefused, match="“colour” holds words, not numbers"):
        understand_data(table, "colour", kind=Kind.REGRESSION)
    for name in ("good", "bad"):
        (tmp_path / "notes" / name).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "notes" / name / f"{number}.txt").write_text(f"{name} {number}")
    with pytest.raises(UsageError, match="notes has no column of labels, so --as says nothing of it"):
        understand_data(tmp_path / "notes", None, kind=Kind.MULTICLASS)


def test_a_project_has_its_kind(table: Path, tmp_path: Path) -> None:
    found = understand(table, target="colour")
    with Project.create(tmp_path / "project") as project:
        project.add(found, read(found))
    assert take_in(tmp_path / "project", None, print, 60.0, kind=Kind.MULTICLASS).frame.height == 40
    with pytest.raises(UsageError, match=r"The project project gives each sample one class\. Leave out --as\."):
        take_in(tmp_path / "project", None, print, 60.0, kind=Kind.REGRESSION)


def test_nothing_else_is_learned_than_what_a_column_is_named_for(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("size,label\n" + "".join(f"{n % 7},c{n % 1001}\n" for n in range(2002)))
    understood: list[Understanding] = []
    with pytest.raises(CommandFailed, match=r"^“label” cannot be predicted, .* another column .*--target: size\.$"):
        take_in(path, None, understood.append, 60.0)
    assert understood == []
    assert take_in(path, "size", understood.append, 60.0).understanding.target == "size"
