"""The journal is whole after any stop, and tells where a run stood."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.run.journal import Journal, Past, replay
from engine.run.tail import EventTail


def test_events_are_on_disk_before_anything_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "events.jsonl"
    journal = Journal(path, clock=lambda: 2.5)
    event = journal.write("message", {"text": "hello"})
    assert EventTail(path).poll() == [event]
    assert event.active_s == 2.5
    assert capsys.readouterr().out == event.to_line() + "\n"
    journal.close()


def test_a_run_is_a_replay_of_its_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    journal = Journal(path, clock=lambda: 7.0, echo=False)
    journal.write("started", {})
    journal.write("slice", {"learner": "a", "seconds": 2.0, "done": False})
    journal.write("evaluated", {"learner": "a", "score": 0.5, "interval": [0, 1], "served": True})
    journal.write("point", {"score": 0.5, "learner": "a"}, active_s=6.5)
    journal.write("slice", {"learner": "a", "seconds": 3.0, "done": True})
    journal.write("failed", {"learner": "b", "reason": "crash", "message": ""})
    journal.close()
    state = replay(path)
    assert (state.events, state.active_s, state.started) == (6, 7.0, True)
    assert [(point.active_s, point.score, point.learner) for point in state.curve] == [(6.5, 0.5, "a")]
    first = state.learner("a")
    assert (first.slices, first.seconds, first.curve, first.done) == (2, 5.0, [(2.0, 0.5)], True)
    assert state.learner("b").failures == 1


def test_what_a_search_found_is_the_last_it_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl", lambda: 1.0, echo=False)
    for told in ({}, {"found": {"leaves": 8}}, {"found": {"leaves": 6}}, {}):
        journal.write("slice", {"learner": "search", "seconds": 1.0, "done": False, **told})
    journal.write("slice", {"learner": "other", "seconds": 1.0, "done": False})
    journal.close()
    state = replay(tmp_path / "events.jsonl")
    assert (state.learner("search").found, state.learner("other").found) == ({"leaves": 6}, None)


def test_what_answers_took_and_who_could_not_be_asked_are_remembered(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl", lambda: 1.0, echo=False)
    journal.write("answered", {"learner": "a", "seconds": 2.0, "through": False})
    journal.write("answered", {"learner": "a", "seconds": 1.5})  # as earlier versions wrote it
    journal.write("failed", {"learner": "a", "reason": "error", "message": "", "withdrawn": 3})
    journal.write("failed", {"learner": "b", "reason": "error", "message": ""})
    journal.close()
    state = replay(tmp_path / "events.jsonl")
    assert state.answered == [("a", 2.0, 0.0), ("a", 1.5, 1.0)]
    assert state.withdrawn == {"a": 3}


def test_what_the_person_was_told_is_remembered(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl", lambda: 1.0, echo=False)
    journal.write("message", {"level": "info", "text": "This is so."})
    journal.close()
    assert replay(tmp_path / "events.jsonl").told == {"This is so."}


def test_a_line_torn_by_a_kill_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"seq": 0, "time": 1, "active_s": 0, "type": "started"}\n{"seq": 1, "ti')
    journal = Journal(path, clock=lambda: 1.0, first=replay(path).events, echo=False)
    journal.write("resumed")
    journal.close()
    assert [event.type for event in EventTail(path).poll()] == ["started", "resumed"]


def test_a_run_that_never_began_starts_from_nothing(tmp_path: Path) -> None:
    state = replay(tmp_path / "absent.jsonl")
    assert (state.events, state.active_s, state.started, state.curve) == (0, 0.0, False, [])


def test_slices_of_getting_ready_do_not_count_as_pace() -> None:
    past = Past()
    for seconds, share in ((5.0, None), (5.0, None), (2.0, 0.1), (1.0, 0.2)):
        past.worked(seconds, done=False, share=share)
    assert past.first == (10.0, 0.0)
    assert (past.slices, past.seconds, past.share) == (4, 13.0, 0.2)


def test_a_first_look_is_remembered_until_all_was_seen(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl", lambda: 1.0, echo=False)
    journal.write("evaluated", {"learner": "a", "score": 0.5, "first_look": True})
    assert replay(tmp_path / "events.jsonl").learner("a").first_look
    journal.write("evaluated", {"learner": "a", "score": 0.6, "first_look": False})
    journal.close()
    assert not replay(tmp_path / "events.jsonl").learner("a").first_look


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full here")
def test_a_full_disk_is_an_error_when_writing_and_none_more_when_closing() -> None:
    journal = Journal(Path("/dev/full"), lambda: 1.0, echo=False)
    with pytest.raises(OSError, match="No space left"):
        journal.write("heartbeat")
    journal.close()
