from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.dataset import Dataset
from engine.learners.constant import ConstantMember
from engine.model.model import Model, WeightedMember
from engine.run.folder import RunFolder, RunOptions
from engine.task import Column, ColumnType, Kind, Modality, Task
from studio.cli.entry import main
from tests.studio.cli.conftest import torn_picture, whole_picture


def test_answers_are_written_with_a_column_for_each_class(
    constant_model: Path, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "answers.csv"
    assert main(["predict", str(constant_model), str(people), "--out", str(out)]) == 0
    assert out.read_text().splitlines()[:2] == ["id,prediction,no,yes", "0,yes,0.25,0.75"]
    assert capsys.readouterr().out.splitlines()[-1] == f"4 predictions written to {out}"


def test_the_small_model_answers_when_asked_for(constant_model: Path, people: Path, tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "answers.csv"
    run.mkdir()
    (run / "plan.json").write_text("{}")
    constant_model.rename(run / "small")
    assert main(["predict", str(run), str(people), "--small", "--out", str(out)]) == 0
    assert out.read_text().splitlines()[1] == "0,yes,0.25,0.75"
    assert main(["evaluate", str(run), str(people), "--small"]) == 0
    assert main(["evaluate", str(run), str(people)]) == 1  # there is no other model


def test_a_table_without_the_columns_is_refused(
    constant_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("x,y\n1,2\n3,4\n")
    assert main(["predict", str(constant_model), str(other), "--out", str(tmp_path / "answers.csv")]) == 1
    assert "none of the columns" in capsys.readouterr().err
    assert not (tmp_path / "answers.csv").exists()


def test_a_place_that_cannot_be_written_is_named_and_left_clean(
    constant_model: Path, people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", str(constant_model), str(people), "--out", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    (tmp_path / "file").write_text("mine")
    assert main(["predict", str(constant_model), str(people), "--out", str(tmp_path / "file" / "answers.csv")]) == 1
    assert f"{tmp_path / 'file' / 'answers.csv'} cannot be written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_files_that_cannot_be_read_are_named_and_keep_their_rows_without_an_answer(
    photo_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "answers.csv"
    whole_picture(photos / "a.jpg")
    torn_picture(photos / "b.jpg")
    (photos / "c.jpg").touch()
    assert main(["predict", str(photo_model), str(photos), "--out", str(out)]) == 0
    assert out.read_text() == "id,prediction,no,yes\na.jpg,yes,0.25,0.75\nb.jpg,,,\nc.jpg,,,\n"
    said, last = capsys.readouterr().out.splitlines()
    assert said.startswith(
        "2 photos of 3 could not be read, so nothing is predicted for them: b.jpg and c.jpg. Replace or convert them, "
        "and try again. The first: b.jpg is damaged and cannot be read"
    )
    assert last == f"1 prediction written to {out}"


@pytest.fixture
def text_run(tmp_path: Path) -> Path:
    """A run that learned from English texts in a table."""
    task = Task(
        Modality.TEXT, Kind.MULTICLASS, ("bad", "good"), target="kind", columns=(Column("words", ColumnType.TEXT),)
    )
    texts = ["a lovely warm soup", "the bread was stale", "kind people", "slow and rude"]
    frame = pl.DataFrame({"id": list("0123"), "x:words": texts, "label": ["good", "bad"] * 2})
    parts = pl.Series("split", ["train"] * 4), pl.Series("fold", [0, 1, 0, 1], dtype=pl.Int32)
    run = RunFolder.create(tmp_path / "run", task, Dataset(frame.with_columns(parts)), RunOptions(60.0))
    run.model_path.mkdir()
    Model(task, (WeightedMember("constant", 1.0, ConstantMember(np.array([0.5, 0.5]))),)).save(run.model_path)
    return run.path


@pytest.mark.parametrize(
    ("texts", "start"),
    [
        (["Совсем другое дело", "Очень вкусно"], "Most of these texts are in another script (Cyrillic) than those"),
        (["so good", "a" * 1_000_001], "1 of 2 texts is longer than 1 MB: of it what comes after that is not read."),
        (["so good", "so bad"], "2 predictions written to"),
    ],
    ids=["another script", "too long", "neither"],
)
def test_texts_that_the_model_knows_little_of_are_told(
    texts: list[str], start: str, text_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = tmp_path / "asked.csv"
    pl.DataFrame({"words": texts}).write_csv(asked)
    assert main(["predict", str(text_run), str(asked), "--out", str(tmp_path / "answers.csv")]) == 0
    assert capsys.readouterr().out.startswith(start)
