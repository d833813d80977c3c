"""Bad input ends in one clear sentence, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Autodidact, Data


def _empty_folder(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def _table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text)
    return path


def _constant(folder: Path) -> Path:
    return _table(folder, "a,target\n" + "".join(f"{n},same\n" for n in range(30)))


def _no_target(folder: Path) -> Path:
    return _table(folder, "a,target\n" + "".join(f"{n},\n" for n in range(30)))


def _no_pictures(folder: Path) -> Path:
    (folder / "texts").mkdir()
    (folder / "texts" / "fake.jpg").write_text("I am not a picture.")
    return folder / "texts"


@pytest.mark.parametrize("make", [_empty_folder, _constant, _no_target, _no_pictures])
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(
    make: object, autodidact: Autodidact, tmp_path: Path
) -> None:
    assert callable(make)
    run = tmp_path / "run"
    outcome = autodidact("train", make(tmp_path), "--budget", "10s", "--out", run)
    assert outcome.code == 1, outcome.out
    assert outcome.error.startswith("autodidact: ") and outcome.error.endswith(".")
    assert not run.exists()


def test_an_unknown_target_is_bad_usage_and_the_columns_are_named(
    autodidact: Autodidact, snakes: Data, tmp_path: Path
) -> None:
    outcome = autodidact("train", snakes.train, "--target", "species", "--out", tmp_path / "run")
    assert outcome.code == 2
    assert "'species'" in outcome.error and "found in" in outcome.error


def test_pictures_have_no_target(autodidact: Autodidact, stripes: Data, tmp_path: Path) -> None:
    outcome = autodidact("train", stripes.train, "--target", "kind", "--out", tmp_path / "run")
    assert outcome.code == 2
    assert "'kind'" in outcome.error


def test_a_run_folder_that_holds_something_is_left_alone(autodidact: Autodidact, snakes: Data, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    outcome = autodidact("train", snakes.train, "--target", "kind", "--out", tmp_path)
    assert outcome.code == 1
    assert "is not empty" in outcome.error
    assert [file.name for file in tmp_path.iterdir()] == ["precious"]


def test_importing_into_a_folder_of_other_things_is_refused(
    autodidact: Autodidact, snakes: Data, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("mine")
    outcome = autodidact("import", snakes.train, "--project", tmp_path)
    assert outcome.code == 1
    assert outcome.error
    assert [file.name for file in tmp_path.iterdir()] == ["precious"]
