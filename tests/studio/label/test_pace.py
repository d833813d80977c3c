"""How long the rest takes."""

from __future__ import annotations

from labeling.suggest.model import Suggestion, Suggestions
from studio.label.pace import Pace, told_coming, told_right


def paced(gaps: list[float]) -> Pace:
    clock = [0.0]
    made = Pace(now=lambda: clock[0])
    made.tick()
    for gap in gaps:
        clock[0] += gap
        made.tick()
    return made


def test_no_guess_before_there_is_a_pace() -> None:
    assert paced([2.0]).words(3, 10) == "3 / 10 labelled"


def test_the_rest_is_told_in_minutes_at_ones_own_pace() -> None:
    assert paced([2.0] * 10).words(142, 412) == "142 / 412 labelled · about 9 min left at your pace"


def test_a_break_does_not_count() -> None:
    assert paced([2.0] * 10 + [3000.0]).words(142, 412) == "142 / 412 labelled · about 9 min left at your pace"


def test_much_work_is_told_in_hours() -> None:
    assert paced([3.0] * 6).words(0, 10_000) == "0 / 10,000 labelled · about 8 h left at your pace"


def test_nothing_is_left_when_all_is_labelled() -> None:
    assert paced([3.0] * 6).words(10, 10) == "10 / 10 labelled"


def test_many_labels_at_once_share_the_time_they_took() -> None:
    clock = [0.0]
    made = Pace(now=lambda: clock[0])
    made.tick()
    clock[0] = 20.0
    made.tick(10)
    assert made.words(11, 41) == "11 / 41 labelled · about 1 min left at your pace"


def test_how_many_suggestions_were_right_is_told_once_it_can_be() -> None:
    assert told_right(Suggestions(right=(3, 4))) == ""
    assert told_right(Suggestions(right=(18, 20))) == "suggestions 90% right so far (18 of 20)"


def test_what_suggestions_wait_for_is_told_until_there_are_some() -> None:
    assert told_coming(Suggestions(), 0, 400) == ""
    assert told_coming(Suggestions(), 130, 400) == "getting to know the samples: 32 %"
    assert told_coming(Suggestions(), 400, 400) == ""
    there = Suggestions({"a": Suggestion("a", ("bolt",), None, 0.9, 0.1)}, ("a",))
    assert told_coming(there, 130, 400) == ""
