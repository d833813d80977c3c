"""Runs that do not end by themselves: killed, interrupted, discarded."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import psutil

from engine.worker.handle import attach
from tests.e2e.conftest import PATIENCE_S, Autodidact, Data, read_csv, told, wait


def _start(command: list[str], data: Path, run: Path, budget: str) -> subprocess.Popen[str]:
    words = ["train", str(data), "--target", "kind", "--budget", budget, "--out", str(run)]
    return subprocess.Popen(
        [*command, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_killed_worker_leaves_a_usable_model_and_a_run_that_resume_continues(
    command: list[str], autodidact: Autodidact, here: Autodidact, snakes: Data, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    with _start(command, snakes.train, run, "6s") as training:
        wait(lambda: told(run).count("point") >= 2)
        events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
        psutil.Process(events[0]["pid"]).kill()
        out, err = training.communicate(timeout=PATIENCE_S)
    assert training.returncode == 1
    assert "Training stopped unexpectedly. The best model so far is kept." in err, out
    assert len(err.splitlines()) == 1

    answers = tmp_path / "answers.csv"
    assert here("predict", run, snakes.test, "--out", answers).code == 0
    assert len(read_csv(answers)) == 120

    outcome = autodidact("resume", run)
    assert outcome.code == 0, outcome.err
    result = json.loads((run / "result.json").read_text())
    assert result["active_s"] <= 7.0
    assert told(run).count("started") == 2


def test_ctrl_c_ends_the_run_and_keeps_the_model(command: list[str], snakes: Data, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with _start(command, snakes.train, run, "60s") as training:
        wait(lambda: told(run).count("point") >= 2)  # the first point is of the class shares, before any learning
        training.send_signal(signal.SIGINT)
        out, err = training.communicate(timeout=PATIENCE_S)
    assert training.returncode == 0, err
    assert "Finishing: the best model so far is kept" in out
    assert json.loads((run / "result.json").read_text())["stopped_because"] == "finished"


def test_a_discarded_run_is_no_success(command: list[str], snakes: Data, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with _start(command, snakes.train, run, "60s") as training:
        wait(lambda: "point" in told(run))
        worker = attach(run)
        assert worker is not None
        worker.send("discard")
        _, err = training.communicate(timeout=PATIENCE_S)
    assert training.returncode == 1
    assert err.splitlines() == ["autodidact: The run was discarded as asked, so no model was made."]
    result = json.loads((run / "result.json").read_text())
    assert (result["stopped_because"], result["score"]) == ("discarded", None)
    assert not (run / "model").exists()


def test_the_run_goes_on_when_the_command_line_is_killed_and_can_be_joined(
    command: list[str], snakes: Data, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    with _start(command, snakes.train, run, "60s") as training:
        wait(lambda: "point" in told(run))
        training.kill()
        training.communicate(timeout=PATIENCE_S)
    words = [*command, "resume", str(run)]
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as joined:
        assert joined.stdout is not None
        joined.stdout.readline()  # it follows now, and minds Ctrl-C
        wait(lambda: told(run).count("point") >= 2)
        joined.send_signal(signal.SIGINT)
        _, err = joined.communicate(timeout=PATIENCE_S)
    assert joined.returncode == 0, err
    assert told(run).count("started") == 1
