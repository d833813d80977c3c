"""A worker on a real table: it keeps its budget, answers commands, and loses nothing when its process is killed."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import psutil
import pytest

from engine.arrays import BoolArray, FloatArray
from engine.curve import CONSTANT
from engine.dataset import Dataset, Split
from engine.ensemble.noise import checked
from engine.errors import DataError, RunError
from engine.metrics import score
from engine.modalities import open_samples
from engine.model.model import Model
from engine.run.folder import RunFolder, RunOptions
from engine.run.journal import Journal
from engine.run.tail import EventTail
from engine.worker.handle import attach, start
from engine.worker.health import owner, take_ownership
from engine.worker.loop import Worker
from engine.worker.serving import Served, Server
from engine.worker.trainer_handle import TrainerHandle
from tests.engine.flowers import FLOWERS, flower_run, flowers, wait_for
from tests.engine.worker.sittings import Sit, events

PATIENCE_S = 60.0
GENEROUS_MS = 10_000.0


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that used its budget or had enough, whose model may take any time to answer, to be read only."""
    data = flowers()
    asked = Dataset(data.frame.drop("label", "split", "fold").head(30))
    options = RunOptions(6.0, max_latency_ms=GENEROUS_MS)
    run = RunFolder.create(tmp_path_factory.mktemp("ended") / "run", FLOWERS, data, options, asked)
    assert start(run.path).wait(PATIENCE_S) == 0
    return run


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[psutil.Process]]:
    """A run whose worker was killed once something had been learned, to be copied, and the worker's children."""
    run = flower_run(tmp_path_factory.mktemp("cut") / "run", budget_s=60.0, size=1500)
    handle = start(run.path)
    wait_for(handle, EventTail(run.events_path), "evaluated")
    children = psutil.Process(handle.pid).children()
    handle.kill()
    psutil.wait_procs(children, timeout=PATIENCE_S)
    return run.path, children


@pytest.fixture
def killed(cut_off: tuple[Path, list[psutil.Process]], tmp_path: Path) -> RunFolder:
    """A copy of that run, to go on with."""
    return RunFolder.open(Path(shutil.copytree(cut_off[0], tmp_path / "run")))


def finished(run: RunFolder) -> int | None:
    """Start a worker, and let it finish once it has scored something; return how it ended."""
    tail = EventTail(run.events_path)
    tail.poll()
    handle = start(run.path)
    wait_for(handle, tail, "evaluated")
    handle.send("finish")
    return handle.wait(PATIENCE_S)


def first_moment(sit: Sit, run: RunFolder) -> float:
    """Let a worker sit down on a run as it is on disk, and leave; return the active seconds of its first word."""
    sit("discard", of=RunFolder.open(run.path)).run_to_end()
    return events(run, "started")[0].active_s


def test_a_run_leaves_a_model_and_an_honest_result(ended: RunFolder) -> None:
    run = ended
    result = run.result()
    assert result is not None
    assert result["task"]["classes"] == ["iris", "rose"]
    assert result["stopped_because"] in {"budget", "converged"}
    assert result["active_s"] <= 6.0 + 1.0
    assert 0.0 < result["t_first_s"] < 6.0
    assert result["score"]["metric"] == "nauc"
    low, high = result["score"]["test_interval"]
    assert low <= result["score"]["test"] <= high
    assert result["score"]["validation"] > 0.3  # the flowers can be told apart
    assert 0.0 <= result["alc"]["validation"] <= 1.0
    assert sum(member["weight"] for member in result["members"]) == pytest.approx(1.0)
    assert 0.0 < result["enough_s"] <= result["active_s"]
    assert 0.0 < result["ms_per_sample"]["batch"] <= result["ms_per_sample"]["single"] < 1000.0
    small = Model.load(run.small_path)
    assert [part.name for part in small.members] == [result["small"]["member"]]
    assert small.predict(open_samples(flowers(20), run.task)).shape == (20, 2)
    low, high = result["small"]["score"]["interval"]
    assert low <= result["small"]["score"]["validation"] <= high
    assert not list(run.checkpoints_path.glob("*/state-*"))
    test = pl.read_parquet(run.model_path / "test.parquet")
    assert test.height == result["n_test"]
    assert (test["label"] == test["prediction"]).mean() == pytest.approx(result["scores"]["test"]["accuracy"]["value"])


def test_the_last_point_is_what_the_model_says(ended: RunFolder) -> None:
    run = ended
    result = run.result()
    assert result is not None
    points = sorted(run.predictions_path.glob("*.csv"), key=lambda path: int(path.stem))
    assert [int(path.stem) for path in points] == [round(point["active_s"] * 1000) for point in result["curve"]]
    written = pl.read_csv(points[-1])
    asked = run.to_predict()
    assert asked is not None
    values = Model.load(run.model_path).predict(open_samples(asked, run.task))
    assert np.allclose(written.select("iris", "rose").to_numpy(), values, atol=1e-9)


def test_a_limit_on_the_time_of_an_answer_is_kept(ended: RunFolder, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", FLOWERS, flowers(), RunOptions(60.0, max_latency_ms=0.001))
    assert finished(run) == 0
    nothing, anything = run.result(), ended.result()
    assert nothing is not None
    assert anything is not None
    assert any("No model answers within 0.001 ms" in note for note in nothing["notes"])
    assert len(nothing["members"]) == 1
    assert anything["ms_per_sample"]["single"] <= GENEROUS_MS
    assert not any("No model answers" in note for note in anything["notes"])


def test_the_worker_waits_for_no_heavy_library() -> None:
    code = (
        "import sys, engine.worker.loop; heavy = {'torch', 'lightgbm', 'sklearn', 'scipy', 'optuna', 'tokenizers'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def score_of(served: Served, labels: FloatArray, rows: BoolArray) -> float:
    return score(FLOWERS.metric, labels[rows], served.lineup.validation[rows])


def kept_after_a_kill(run: RunFolder, before: Served | None) -> Served:
    """Return what the next sitting goes on from: what was told of, and no worse than what was kept ``before``."""
    labels = run.dataset().part(Split.TRAIN).labels(run.task)
    model = Model.load(run.model_path)
    assert np.isfinite(model.predict(open_samples(flowers(20), run.task))).all()
    told = events(run, "point")[-1]
    served = Server(run, lambda: 0.0)._remembered()
    assert served is not None
    assert served.moment >= told.active_s
    if served.moment == told.active_s:  # nothing better was served that there was no time to tell of
        assert served.lineup.weights == {member["name"]: member["weight"] for member in told.data["members"]}
        assert score_of(served, labels, checked(served.lineup.validation)) == pytest.approx(told.data["score"])
    if before is not None:
        both = checked(before.lineup.validation) & checked(served.lineup.validation)
        assert served.moment >= before.moment
        assert score_of(served, labels, both) >= score_of(before, labels, both) - 0.01
    return served


def test_killed_at_any_moment_the_best_model_stays_and_the_run_goes_on(killed: RunFolder) -> None:
    run = killed
    kept = kept_after_a_kill(run, None)
    for wait in (0.3, 0.1):
        tail = EventTail(run.events_path)
        tail.poll()  # what happened in earlier sittings is no news
        handle = start(run.path)
        wait_for(handle, tail, "evaluated")
        time.sleep(wait)
        os.kill(handle.pid, signal.SIGKILL)
        handle.wait(PATIENCE_S)
        if run.result() is not None:
            break
        kept = kept_after_a_kill(run, kept)
    assert set(kept.lineup.weights) != {CONSTANT}
    assert finished(run) == 0
    assert run.result() is not None
    told = EventTail(run.events_path).poll()
    assert [event.seq for event in told] == list(range(len(told)))
    clock = [event.active_s for event in told]
    assert clock == sorted(clock)  # the clock of active seconds goes on where it stood


def test_the_trainer_ends_with_its_worker(cut_off: tuple[Path, list[psutil.Process]]) -> None:
    path, children = cut_off
    assert children
    assert not any(child.is_running() for child in children)
    assert owner(path) is None


def test_a_killed_trainer_costs_a_slice_not_the_run_and_one_that_somebody_ends_is_no_learners_fault(
    tmp_path: Path,
) -> None:
    run = flower_run(tmp_path / "run", budget_s=30.0, size=1500)
    handle, tail = start(run.path), EventTail(run.events_path)
    wait_for(handle, tail, "slice")  # it is at work, not still starting, which would be no learner's fault
    for child in psutil.Process(handle.pid).children():
        child.kill()
    wait_for(handle, tail, "failed")
    for _ in range(2):
        wait_for(handle, tail, "heartbeat")
        for child in psutil.Process(handle.pid).children():
            child.terminate()
    wait_for(handle, tail, "evaluated")
    handle.send("finish")
    assert handle.wait(PATIENCE_S) == 0
    (failed,) = events(run, "failed")
    assert failed.data["reason"] == "memory"  # who else kills?
    told = [event.data["text"] for event in events(run, "message")]
    assert any("goes on in smaller pieces" in text for text in told)
    result = run.result()
    assert result is not None
    assert result["t_first_s"] is not None


def test_what_is_missing_when_a_run_goes_on_can_be_put_right_and_what_a_power_cut_tore_is_done_without(
    killed: RunFolder,
) -> None:
    run = killed
    data = (run.path / "dataset.parquet").read_bytes()
    (run.path / "dataset.parquet").write_bytes(b"not a table")
    assert start(run.path).wait(PATIENCE_S) == 1
    assert run.result() is None
    said = EventTail(run.events_path).poll()[-1].data["text"]
    assert "cannot be read" in said
    assert said.endswith("What was learned is kept: put that right, then resume it.")
    assert "cannot be read" in (run.path / "worker.log").read_text()
    (run.path / "dataset.parquet").write_bytes(data)
    served = list((run.checkpoints_path / ".served").glob("*.npz"))  # two where the kill came between them
    learned = list(run.checkpoints_path.glob("[!c.]*/*.npy"))
    assert served and learned
    for torn in (*served, *learned):
        torn.write_bytes(b"")
    tail = EventTail(run.events_path)
    tail.poll()
    handle = start(run.path)
    told = [event.data["text"] for event in wait_for(handle, tail, "evaluated") if event.type == "message"]
    handle.send("finish")
    assert handle.wait(PATIENCE_S) == 0
    result = run.result()
    assert result is not None
    assert result["stopped_because"] != "failed"
    assert any("What it kept is damaged" in text for text in told)
    assert any("the best is chosen anew" in text for text in told)


def test_a_point_that_a_kill_kept_from_being_written_is_written_later(killed: RunFolder) -> None:
    run = killed
    lines = run.events_path.read_text().splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if json.loads(line)["type"] == "point")
    moments = {int(file.stem) for file in (run.checkpoints_path / ".served").glob("*.npz")}  # maybe of a later one, too
    run.events_path.write_text("".join(lines[:last]))
    tail = EventTail(run.events_path)
    tail.poll()
    handle = start(run.path)
    wait_for(handle, tail, "started")
    handle.send("finish")
    assert handle.wait(PATIENCE_S) == 0
    points = [event for event in EventTail(run.events_path).poll() if event.type == "point"]
    assert moments & {round(point.active_s * 1000) for point in points}
    clock = [event.active_s for event in EventTail(run.events_path).poll()]
    assert clock == sorted(clock)


def test_a_run_whose_worker_comes_late_has_its_whole_budget(sit: Sit, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "late", FLOWERS, flowers(), RunOptions(60.0, pressed_at=time.time() - 3601.0))
    plan = json.loads((run.path / "plan.json").read_text())
    (run.path / "plan.json").write_text(json.dumps({**plan, "planned_at": time.time() - 3600.0}))
    assert 1.0 <= first_moment(sit, run) < 8.0


def test_a_trainer_that_hangs_cannot_break_the_budget(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", budget_s=4.0, size=1500)
    handle, tail = start(run.path), EventTail(run.events_path)
    wait_for(handle, tail, "started")
    trainer = psutil.Process(handle.pid).children()[0]
    trainer.suspend()
    assert handle.wait(PATIENCE_S) == 1  # nothing was learned
    result = run.result()
    assert result is not None
    assert result["stopped_because"] == "budget"
    assert result["active_s"] <= 5.0
    assert not trainer.is_running() or trainer.status() == psutil.STATUS_ZOMBIE


def test_a_pause_stands_still_and_frees_memory_and_no_second_worker_sits_down_beside(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", budget_s=60.0)
    handle, tail = start(run.path), EventTail(run.events_path)
    wait_for(handle, tail, "started")
    trainers = psutil.Process(handle.pid).children()
    handle.send("pause")
    paused = wait_for(handle, tail, "paused")[-1]
    assert trainers
    assert psutil.wait_procs(trainers, timeout=PATIENCE_S)[1] == []
    time.sleep(1.0)  # which the clock of active seconds must not count
    assert psutil.Process(handle.pid).children() == []
    assert psutil.Process(handle.pid).memory_info().rss < 250 * 2**20
    assert owner(run.path) == handle.pid
    with pytest.raises(RunError, match="already training"):
        take_ownership(run.path)
    handle.send("resume")
    resumed = wait_for(handle, tail, "resumed")
    again = next(event for event in resumed if event.type == "resumed")
    assert again.active_s - paused.active_s < 0.5
    wait_for(handle, tail, "evaluated")
    handle.send("finish")
    assert handle.wait(PATIENCE_S) == 0


def test_time_for_answers_is_kept_in_a_later_sitting_too(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", budget_s=60.0)
    journal = Journal(run.events_path, lambda: 1.0, echo=False)
    journal.write("answered", {"learner": "Linear", "seconds": 3.0, "through": True})
    journal.close()
    inbox: queue.Queue[Any] = queue.Queue()
    waiting = cast(TrainerHandle, SimpleNamespace(generation=0))
    worker = Worker(run, inbox, waiting)
    worker._journal.close()
    assert worker._answer_time.left_to_learn(30.0) == pytest.approx(27.0)


def test_discard_throws_the_model_away(sit: Sit, run: RunFolder) -> None:
    assert sit("discard").run_to_end() == 1
    assert events(run, "point")  # of a model that was there
    result = run.result()
    assert result is not None
    assert (result["stopped_because"], result["score"]) == ("discarded", None)
    assert not run.model_path.exists()


def test_finish_keeps_the_best_so_far_also_of_a_worker_whose_starter_is_gone(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", budget_s=600.0)
    code = "import sys; from pathlib import Path; from engine.worker.handle import start; start(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(run.path)], check=True)
    ends = time.monotonic() + PATIENCE_S
    while (handle := attach(run.path)) is None and time.monotonic() < ends:
        time.sleep(0.05)
    assert handle is not None
    wait_for(handle, EventTail(run.events_path), "evaluated")
    handle.send("finish")
    handle.wait(PATIENCE_S)  # a tenth of the budget
    result = run.result()
    assert result is not None
    assert result["stopped_because"] in {"finished", "converged"}
    assert result["t_first_s"] is not None
    Model.load(run.model_path)


def test_events_come_on_stdout_and_commands_on_stdin(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", budget_s=5.0)
    done = subprocess.run(
        [sys.executable, "-m", "engine.worker", str(run.path)],
        input='{"command": "finish"}\n',
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    kept = [json.loads(line) for line in run.events_path.read_text().splitlines()]
    assert said == kept
    assert said[0]["type"] == "started"
    assert said[-1]["type"] == "stopped"


def test_a_run_that_ended_is_not_trained_again(ended: RunFolder) -> None:
    before = ended.events_path.read_bytes()
    assert start(RunFolder.open(ended.path).path).wait(PATIENCE_S) == 0
    assert ended.events_path.read_bytes() == before


def test_a_run_without_its_data_says_so(sit: Sit, run: RunFolder) -> None:
    (run.path / "dataset.parquet").write_bytes(b"not a table")
    with pytest.raises(DataError, match="cannot be read"):
        sit().run_to_end()
    assert "cannot be read" in events(run, "message")[-1].data["text"]
    result = run.result()
    assert result is not None
    assert (result["stopped_because"], result["score"], result["members"]) == ("failed", None, [])


def test_a_run_cut_off_before_its_first_word_has_its_whole_budget_later(sit: Sit, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "cut off", FLOWERS, flowers(), RunOptions(60.0, pressed_at=time.time() - 3600))
    (run.path / "worker.json").write_text('{"pid": 1, "born": 0}')  # a worker was here, and died at once
    assert first_moment(sit, run) < 8.0


def test_a_budget_too_short_to_learn_anything_is_no_success(sit: Sit, tmp_path: Path) -> None:
    run = flower_run(tmp_path / "short", budget_s=0.6)
    assert sit(of=run).run_to_end() == 1
    result = run.result()
    assert result is not None
    assert (result["stopped_because"], result["t_first_s"]) == ("budget", None)
    Model.load(run.model_path)  # the plain guess is there all the same
