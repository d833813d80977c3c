"""Events are followed as they are written, also when a line comes in pieces."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Event
from engine.run.tail import EventTail


def test_no_file_yet_is_no_event(tmp_path: Path) -> None:
    assert EventTail(tmp_path / "events.jsonl").poll() == []


def test_a_half_written_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    line = Event(0, 1.0, 0.5, "message", {"text": "déjà"}).to_line().encode() + b"\n"
    tail = EventTail(path)
    path.write_bytes(line[:20])
    assert tail.poll() == []
    with path.open("ab") as file:
        file.write(line[20:])
    assert [event.data["text"] for event in tail.poll()] == ["déjà"]
    assert tail.poll() == []


def test_a_torn_line_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"seq": 0, "ti\n' + Event(1, 1.0, 0.5, "paused").to_line() + "\n")
    assert [event.seq for event in EventTail(path).poll()] == [1]


@given(st.dictionaries(st.text().filter(lambda key: key not in {"seq", "time", "active_s", "type"}), st.text()))
def test_an_event_survives_its_line(data: dict[str, str]) -> None:
    event = Event(3, 12.25, 1.5, "message", data)
    assert "\n" not in event.to_line()
    assert Event.from_line(event.to_line()) == event


def test_of_heartbeats_read_at_once_the_last_alone_comes(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    beats = [Event(seq, 0.0, float(seq), "heartbeat", {"state": "working"}) for seq in range(1, 5)]
    said = Event(5, 0.0, 5.0, "message", {"level": "info", "text": 'not a "type": "heartbeat"'})
    path.write_text("".join(event.to_line() + "\n" for event in (*beats[:2], said, *beats[2:])))
    assert [event.seq for event in EventTail(path, last_beat=True).poll()] == [5, 4]


def test_every_heartbeat_comes_unless_the_last_is_enough_and_a_torn_one_counts_for_none(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = [Event(seq, 0.0, float(seq), "heartbeat", {"memory_mb": 900 - seq}).to_line() for seq in range(3)]
    path.write_text("\n".join([*lines, lines[0][:-20], ""]))
    assert [event.seq for event in EventTail(path).poll()] == [0, 1, 2]
    assert [event.seq for event in EventTail(path, last_beat=True).poll()] == [2]


def test_a_line_of_endless_brackets_is_skipped(tmp_path: Path) -> None:
    event = Event(0, 1.0, 0.5, "paused")
    (tmp_path / "events.jsonl").write_text("[" * 10**5 + "\n" + event.to_line() + "\n")
    assert EventTail(tmp_path / "events.jsonl").poll() == [event]


@pytest.mark.parametrize("number", ["1e999", "9" * 400])
def test_a_number_out_of_all_bounds_costs_a_line_not_the_run(tmp_path: Path, number: str) -> None:
    event = Event(0, 1.0, 0.5, "paused")
    hostile = "".join(
        f'{{"seq": {seq}, "time": {time}, "active_s": 1.0, "type": "x"}}\n'
        for seq, time in ((number, "1.0"), ("7", number))
    )
    (tmp_path / "events.jsonl").write_text(hostile + event.to_line() + "\n")
    assert EventTail(tmp_path / "events.jsonl").poll()[-1] == event
