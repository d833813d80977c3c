from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from engine.events import Event
from engine.run.folder import RunFolder, RunOptions
from engine.task import Kind, Modality, Task
from studio.cli.reporters import BarReporter, JsonReporter, PlainReporter, printable, reporter, summary

TASK = Task(Modality.TABLE, Kind.MULTICLASS, ("no", "yes"))
STARTED = Event(0, 0.0, 0.4, "started", {"task": TASK.to_json(), "budget_s": 60})
STANDING = {"score": 0.8, "interval": [0.7, 0.9], "learner": "table.linear", "metrics": {"accuracy": 0.91}}
GUESS = Event(1, 0.0, 0.9, "point", {**STANDING, "learner": "constant"})
POINT = Event(1, 0.0, 1.25, "point", STANDING)
AMPLE = Event(3, 0.0, 60.0, "message", {"level": "info", "text": "Nearly all of what was gained stood after 12 s."})
FAILED = Event(2, 0.0, 12.0, "failed", {"learner": "table.trees", "reason": "memory", "message": "out of memory"})


def _result(**changes: Any) -> dict[str, Any]:
    part = {"nauc": {"value": 0.8, "low": 0.7, "high": 0.9}, "accuracy": {"value": 0.9, "low": 0.85, "high": 0.95}}
    result = {
        "task": TASK.to_json(),
        "scores": {"validation": part, "test": part},
        "active_s": 61.0,
        "t_first_s": 1.23,
        "stopped_because": "budget",
        "n_train": 300,
        "n_test": 60,
    }
    return {**result, **changes}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path, TASK, RunOptions(budget_s=60))


def test_plain_lines_say_the_score_when_it_changed_and_by_whom(capsys: pytest.CaptureFixture[str]) -> None:
    with PlainReporter() as plain:
        for event in (STARTED, GUESS, POINT, FAILED, AMPLE):
            plain.event(event)
    assert capsys.readouterr().out.splitlines() == [
        "0.9 s: a plain guess, the same for all, until something is learned",
        "1.2 s: right on 91 of 100, NAUC 0.8 (between 0.7 and 0.9), by table.linear",
        "12 s: table.trees did not work out (out of memory); the others go on",
        "1 min: Nearly all of what was gained stood after 12 s.",
    ]


def test_json_prints_the_events_as_they_are_and_nothing_else(
    capsys: pytest.CaptureFixture[str], run: RunFolder
) -> None:
    with JsonReporter() as plain:
        plain.say("not shown")
        plain.event(POINT)
        plain.result(run, _result())
    assert json.loads(capsys.readouterr().out) == json.loads(POINT.to_line())


def test_bar_shows_the_score_and_what_is_left_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(screen, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout", screen)
    shown = reporter(as_json=False, budget_s=60)
    assert isinstance(shown, BarReporter)
    with shown:
        shown.event(STARTED)
        shown.event(POINT)
        shown.say("[a] bracketed name")
    text = screen.getvalue()
    assert "NAUC 0.800" in text and "59 s left" in text and "[a] bracketed name" in text


def test_plain_lines_are_for_pipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert type(reporter(as_json=False, budget_s=60)) is PlainReporter
    assert isinstance(reporter(as_json=True, budget_s=60), JsonReporter)


def test_summary_begins_with_the_untouched_part_and_ends_with_what_to_do_next(run: RunFolder) -> None:
    lines = summary(run, _result())
    assert lines[0] == (
        "Right on 90 of 100 (between 80 and 95), NAUC 0.8 (between 0.7 and 0.9), on the test part, never learned from"
    )
    assert lines[2] == "Trained for 1 min 1 s: the time was used up; the first model was there after 1.2 s."
    assert lines[-1].split() == ["autodidact", "export", str(run.path), "--to", "onnx", "--out", "DIR"]


def test_summary_is_silent_about_a_part_that_was_not_measured(run: RunFolder) -> None:
    scores = {**_result()["scores"], "test": None}
    weight = {"size_bytes": 2_500_000, "ms_per_sample": {"single": 3.14, "batch": 1.0}}
    lines = summary(run, _result(**weight, small={"member": "Linear", **weight}))
    assert any(line == f"Model: {run.model_path} (2.5 MB, 3.14 ms a sample on this computer)" for line in lines)
    assert any(line.startswith(f"Small: {run.small_path} (2.5 MB") for line in lines)
    assert "held back" in summary(run, _result(scores=scores))[0]
    assert summary(run, _result(scores=None))[0].startswith("Trained for")


def test_summary_is_as_sure_as_the_samples_allow_that_the_model_was_checked_on(run: RunFolder) -> None:
    held_back = [
        next(line for line in summary(run, result) if "held back" in line)
        for result in (_result(), _result(n_checked=75))
    ]
    assert held_back[0].startswith("Right on 90 of 100 (between 86 and 93)")
    assert held_back[1].startswith("Right on 90 of 100 (between 81 and 95)")


def test_names_from_outside_cannot_steer_the_terminal() -> None:
    assert printable("evil\x1b]0;title\x07 name\n") == "evil?]0;title? name?"
    assert printable("Größe 📷") == "Größe 📷"
