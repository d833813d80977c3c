from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Event
from exporters.report.history import History, read_history
from exporters.report.outcome import read_outcome
from tests.studio.recorded_runs import record

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("learner", "score", "interval", "metrics", "checked", "seconds", "memory_mb", "device", "message")
KEYS = (
    "active_s",
    "budget_s",
    "t_first_s",
    "stopped_because",
    "scores",
    "alc",
    "ms_per_sample",
    "size_bytes",
    "small",
    "notes",
)


def test_a_journal_tells_when_how_and_what_came_of_it(tmp_path: Path) -> None:
    history = read_history(record(tmp_path / "run").events_path)

    assert history is not None
    assert history.device == "cpu"
    assert history.peak_mb == 812.0
    assert [one.learner for one in history.improvements[:2]] == ["constant", "features-1"]
    low, high = history.improvements[-1].accuracy_interval
    assert low < (history.improvements[-1].accuracy or 0.0) < high
    assert history.damaged == 0


def test_a_learner_is_charged_for_its_slices_and_failures() -> None:
    history = History()
    history.take(Event(0, 10.0, 1.0, "slice", {"learner": "trees", "seconds": 1.5, "done": False}))
    history.take(Event(1, 12.0, 3.0, "slice", {"learner": "trees", "seconds": 0.5, "done": True}))
    history.take(Event(2, 13.0, 4.0, "failed", {"learner": "trees", "reason": "memory", "message": "too large"}))

    work = history.learners["trees"]
    assert (work.slices, work.seconds, work.failures) == (2, 2.0, 1)
    assert history.failures == [("trees", "too large")]
    assert (history.began, history.ended) == (10.0, 13.0)


def test_no_journal_is_no_history(tmp_path: Path) -> None:
    assert read_history(tmp_path / "events.jsonl") is None


@given(
    st.sampled_from(["point", "slice", "failed", "started", "heartbeat"]),
    st.dictionaries(st.sampled_from(FIELDS), JSON),
)
def test_an_event_with_any_fields_is_taken_or_counted(kind: str, data: dict[str, object]) -> None:
    history = History()
    history.take(Event(0, 1.0, 1.0, kind, data))

    assert history.damaged in (0, 1)


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_a_result_with_any_fields_is_read_or_told_to_be_damaged(result: dict[str, object]) -> None:
    try:
        outcome = read_outcome(result)
    except ValueError:
        return
    assert isinstance(outcome.active_s, float)


def test_the_small_model_takes_the_place_of_the_whole() -> None:
    figure = {"value": 0.8, "low": 0.7, "high": 0.9}
    small = {"member": "trees", "scores": {"validation": {"nauc": figure}, "test": None}, "size_bytes": 9}
    result = {"active_s": 1, "budget_s": 2, "stopped_because": "budget", "scores": {"test": {"nauc": figure}}}
    outcome = read_outcome(json.loads(json.dumps({**result, "small": small}))).of_small()

    assert outcome.size_bytes == 9
    assert outcome.test == {}
    assert outcome.validation["nauc"].high == pytest.approx(0.9)
    assert read_outcome(result).of_small().test == {}


@pytest.mark.parametrize("endless", [float("inf"), float("nan")])
def test_what_is_endless_counts_as_damaged(endless: float) -> None:
    history = History()
    history.take(Event(0, endless, 1.0, "heartbeat", {}))
    history.take(Event(1, 1.0, endless, "heartbeat", {}))
    history.take(Event(2, 1.0, 1.0, "slice", {"learner": "trees", "seconds": endless}))
    point = {"learner": "a", "score": endless, "interval": [0, 1], "metrics": {}, "checked": 3}
    history.take(Event(3, 1.0, 1.0, "point", point))

    assert history.damaged == 4
    assert history.improvements == []
    with pytest.raises(ValueError, match="is no figure"):
        read_outcome({"active_s": endless, "budget_s": 1, "stopped_because": "budget"})


def test_every_heartbeat_counts_for_the_memory_and_none_is_taken_for_damage(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    beats = [Event(at, 1.0 * at, 1.0 * at, "heartbeat", {"memory_mb": 900.0 - 100 * at}) for at in range(5)]
    path.write_text("".join(f"{beat.to_line()}\n" for beat in beats))
    history = read_history(path)

    assert history is not None
    assert (history.peak_mb, history.damaged) == (900.0, 0)
