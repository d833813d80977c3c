"""What a sitting says is said once, and stands in the result where it is about the whole run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.run.journal import Journal
from engine.run.tail import EventTail
from engine.worker.telling import Teller, facts_of_slice


def test_no_sentence_comes_twice(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl", lambda: 1.0, echo=False)
    teller = Teller(journal, {"An old one."}, ["Of the data."])
    for _ in range(2):
        teller.tell("Linear", "It goes on in smaller pieces.")
    teller.tell("Linear", "")
    teller.say_once("An old one.")
    teller.note("An old one.")
    teller.note("A new one.")
    teller.say("It is over.", "error")
    journal.close()
    said = [event.data for event in EventTail(tmp_path / "events.jsonl").poll()]
    assert [one["text"] for one in said] == ["Linear: It goes on in smaller pieces.", "A new one.", "It is over."]
    assert [one["level"] for one in said] == ["info", "info", "error"]
    assert teller.notes == ["Of the data.", "An old one.", "A new one."]


def test_of_a_slice_is_kept_what_is_known() -> None:
    told: dict[str, Any] = {"reply": "slice", "learner": "a", "seconds": 1.23456, "done": False, "aside_s": 0.1}
    told |= {"share": None, "stepped_s": 0.0, "prepared_s": 0.0, "found": None, "version": 1, "message": ""}
    kept = {"learner": "a", "seconds": 1.235, "done": False, "aside_s": 0.1}
    assert facts_of_slice(told) == kept
    assert facts_of_slice(told | {"share": 0.5, "stepped_s": 2.0, "found": {"width": 8}}) == kept | {
        "share": 0.5,
        "stepped_s": 2.0,
        "prepared_s": 0.0,
        "found": {"width": 8},
    }
