"""The whole job on a table: train, look, evaluate, predict, export, and the same answers from the exported file."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CLASSES, Autodidact, Data, Outcome, read_csv

BUDGET_S = 6.0


@dataclass(frozen=True)
class Job:
    outcome: Outcome
    run: Path
    result: dict[str, Any]


@pytest.fixture(scope="module")
def job(autodidact: Autodidact, snakes: Data, tmp_path_factory: pytest.TempPathFactory) -> Job:
    run = tmp_path_factory.mktemp("job") / "run"
    words = ("--target", "kind", "--budget", f"{BUDGET_S:g}s", "--out", run, "--predict", snakes.test, "--json")
    outcome = autodidact("train", snakes.train, *words)
    assert outcome.code == 0, outcome.err
    return Job(outcome, run, json.loads((run / "result.json").read_text()))


def test_events_are_printed_as_they_stand_in_the_run_folder(job: Job) -> None:
    assert job.outcome.out.splitlines() == (job.run / "events.jsonl").read_text().splitlines()
    kinds = [event["type"] for event in job.outcome.events]
    assert kinds[0] == "started" and kinds[-1] == "stopped" and "point" in kinds
    assert job.outcome.err == ""


def test_result_has_what_is_promised(job: Job) -> None:
    task = job.result["task"]
    assert (task["modality"], task["kind"], task["metric"]) == ("table", "multiclass", "nauc")
    assert task["classes"] == list(CLASSES)
    assert job.result["budget_s"] == BUDGET_S
    assert job.result["stopped_because"] in {"budget", "converged"}
    assert math.isclose(sum(member["weight"] for member in job.result["members"]), 1.0, abs_tol=1e-3)
    score = job.result["score"]
    assert score["metric"] == "nauc"
    assert score["interval"][0] <= score["validation"] <= score["interval"][1]
    assert score["test_interval"][0] <= score["test"] <= score["test_interval"][1]
    assert score["test"] > 0.7
    assert job.result["n_test"] == pytest.approx(60, abs=3)


def test_the_budget_is_kept(job: Job) -> None:
    assert job.result["t_first_s"] < job.result["active_s"] <= BUDGET_S + 1.0


def test_there_is_a_scored_file_for_every_point_of_the_curve(job: Job, snakes: Data) -> None:
    points = [event for event in job.outcome.events if event["type"] == "point"]
    files = sorted((job.run / "predictions").glob("*.csv"), key=lambda file: int(file.stem))
    assert len(files) == len(points)
    truth = [row["kind"] for row in read_csv(snakes.test)]
    answers = read_csv(files[-1])
    assert list(answers[0]) == ["id", "prediction", *CLASSES]
    assert [row["id"] for row in answers] == [str(number) for number in range(len(truth))]
    assert sum(float(answers[0][name]) for name in CLASSES) == pytest.approx(1.0)
    right = sum(row["prediction"] == label for row, label in zip(answers, truth, strict=True))
    assert right / len(truth) > 0.75


def test_labels_of_the_data_to_predict_are_never_read(job: Job, here: Autodidact, snakes: Data, tmp_path: Path) -> None:
    blind = tmp_path / "blind.csv"
    lines = snakes.test.read_text().splitlines()
    blind.write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n")
    seeing_out, blind_out = tmp_path / "seeing.out.csv", tmp_path / "blind.out.csv"
    assert here("predict", job.run, snakes.test, "--out", seeing_out).code == 0
    assert here("predict", job.run, blind, "--out", blind_out).code == 0
    assert seeing_out.read_text() == blind_out.read_text()


def test_evaluate_measures_what_the_predictions_say(
    job: Job, autodidact: Autodidact, here: Autodidact, snakes: Data, tmp_path: Path
) -> None:
    out = tmp_path / "predictions.csv"
    assert autodidact("predict", job.run, snakes.test, "--out", out).code == 0
    measured = json.loads(autodidact("evaluate", job.run, snakes.test, "--json").out)
    truth = [row["kind"] for row in read_csv(snakes.test)]
    right = [row["prediction"] == label for row, label in zip(read_csv(out), truth, strict=True)]
    accuracy = measured["scores"]["accuracy"]
    assert accuracy["value"] == pytest.approx(sum(right) / len(right))
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert set(measured["scores"]) == {"nauc", "accuracy", "macro_f1", "log_loss"}
    words = here("evaluate", job.run, snakes.test).out
    assert "Measured on 120 rows" in words and "right on" in words


def test_the_exported_file_answers_as_the_model_does(
    job: Job, autodidact: Autodidact, here: Autodidact, snakes: Data, tmp_path: Path
) -> None:
    outcome = autodidact("export", job.run, "--to", "onnx", "--out", tmp_path / "exported")
    assert outcome.code == 0, outcome.err
    exported = next((tmp_path / "exported").glob("*.onnx"))
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    assert here("predict", job.run, snakes.test, "--out", ours).code == 0
    assert autodidact("predict", exported, snakes.test, "--out", theirs).code == 0
    for one, other in zip(read_csv(ours), read_csv(theirs), strict=True):
        assert one["prediction"] == other["prediction"]
        assert all(abs(float(one[name]) - float(other[name])) <= 1e-4 for name in CLASSES)


def test_an_ended_run_is_not_resumed(job: Job, here: Autodidact) -> None:
    outcome = here("resume", job.run)
    assert outcome.code == 1
    assert "has ended already" in outcome.error
