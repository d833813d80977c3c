from __future__ import annotations

from pathlib import Path

import pytest

from studio.cli.entry import main


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
