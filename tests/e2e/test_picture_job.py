"""The whole job on pictures, through a project: import twice, train, predict, export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Autodidact, Data, read_csv


@pytest.fixture(scope="module")
def project(autodidact: Autodidact, stripes: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work") / "stripes project"
    outcome = autodidact("import", stripes.train, "--project", folder)
    assert outcome.code == 0, outcome.err
    assert "42 photos in 3 folders" in outcome.out
    return folder


@pytest.fixture(scope="module")
def run(autodidact: Autodidact, project: Path) -> Path:
    outcome = autodidact("train", project, "--budget", "25s", "--seed", "7")
    assert outcome.code == 0, outcome.err
    assert "Model: " in outcome.out
    (made,) = (project / "runs").iterdir()
    return made


def test_importing_the_same_again_adds_nothing(here: Autodidact, stripes: Data, project: Path) -> None:
    outcome = here("import", stripes.train, "--project", project)
    assert outcome.code == 0, outcome.err
    assert "now holds 42 photos" in outcome.out


def test_a_run_of_a_project_lies_in_it_and_leaves_a_model(run: Path) -> None:
    result = json.loads((run / "result.json").read_text())
    assert result["task"]["modality"] == "image"
    assert result["score"]["validation"] > 0.5
    assert (run / "model" / "model.json").is_file()


def test_ids_are_paths_relative_to_the_folder(autodidact: Autodidact, run: Path, stripes: Data, tmp_path: Path) -> None:
    out = tmp_path / "predictions.csv"
    assert autodidact("predict", run, stripes.test, "--out", out).code == 0
    answers = read_csv(out)
    assert {row["id"] for row in answers} == {
        str(file.relative_to(stripes.test)) for file in stripes.test.rglob("*.png")
    }
    right = sum(row["prediction"] == Path(row["id"]).parent.name for row in answers)
    assert right >= 9  # of 12


def test_the_exported_file_answers_as_the_model_does(
    autodidact: Autodidact, here: Autodidact, run: Path, stripes: Data, tmp_path: Path
) -> None:
    outcome = autodidact("export", run, "--out", tmp_path / "exported")
    assert outcome.code == 0, outcome.err
    exported = next((tmp_path / "exported").glob("*.onnx"))
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    assert here("predict", run, stripes.test, "--out", ours).code == 0
    assert autodidact("predict", exported, stripes.test, "--out", theirs).code == 0
    for one, other in zip(read_csv(ours), read_csv(theirs), strict=True):
        assert all(abs(float(one[n]) - float(other[n])) <= 1e-4 for n in ("across", "along", "neither"))
