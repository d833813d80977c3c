"""Learners leave time for the answers of their last candidate."""

from __future__ import annotations

import pytest

from engine.worker.answer_time import MARGIN, MOST_SHARE, PIECE, AnswerTime


def test_before_anybody_answered_all_time_is_for_learning() -> None:
    assert AnswerTime(60.0).left_to_learn(30.0) == 30.0


def test_the_longest_time_that_answers_took_is_kept() -> None:
    times = AnswerTime(60.0)
    times.spent("Linear", 1.0, 0.4)
    times.spent("Linear", 0.5, 1.0)
    assert times.left_to_learn(30.0) == pytest.approx(28.5)
    times.spent("Trees", 0.2, 1.0)
    assert times.left_to_learn(30.0) == pytest.approx(28.5)


def test_no_more_than_a_share_of_the_budget_is_kept() -> None:
    times = AnswerTime(60.0)
    times.spent("Linear", 45.0, 1.0)
    assert times.left_to_learn(30.0) == pytest.approx(30.0 - MOST_SHARE * 60.0)


def test_time_too_short_for_answers_is_used_all_the_same() -> None:
    times = AnswerTime(60.0)
    times.spent("Linear", 3.0, 1.0)
    assert times.left_to_learn(2.0) == 2.0


def test_learners_get_their_turn_once_answers_took_a_share_of_the_time() -> None:
    times = AnswerTime(600.0)
    assert not times.learners_turn(["Linear"], 5.0, 595.0)
    times.spent("Linear", 40.0, 0.2)
    assert not times.learners_turn(["Linear"], 45.0, 555.0)  # what is answered in a slice's time comes first
    times.spent("Linear", 40.0, 0.4)
    assert times.learners_turn(["Linear"], 85.0, 515.0)
    assert not times.learners_turn(["Linear"], 300.0, 300.0)


def test_what_answers_under_way_still_need_is_kept_for_them() -> None:
    times = AnswerTime(600.0)
    times.spent("Linear", 100.0, 0.5)
    assert times.left_to_learn(400.0, ["Linear"]) == pytest.approx(400.0 - MARGIN * 100.0)
    assert times.left_to_learn(400.0, ["Linear", "Trees"]) == pytest.approx(400.0 - MARGIN * 300.0)
    assert times.left_to_learn(400.0) == 400.0
    assert times.learners_turn(["Linear"], 110.0, 490.0)
    assert not times.learners_turn(["Linear"], 110.0, 105.0)  # or it would not be served


def test_learners_do_not_wait_for_answers_that_come_too_late_anyway() -> None:
    times = AnswerTime(600.0)
    times.spent("Linear", 60.0, 0.05)
    assert times.learners_turn(["Linear"], 65.0, 535.0)
    assert times.left_to_learn(535.0, ["Linear"]) == 535.0


def test_answers_are_given_up_once_they_seem_to_need_three_times_all_that_is_left() -> None:
    times = AnswerTime(600.0)
    assert not times.too_late("Linear", 1.0)  # nobody knows how long they take
    times.spent("Linear", 50.0, 0.1)
    times.spent("Linear", 50.0, 0.2)
    assert not times.too_late("Linear", 150.0)
    assert times.too_late("Linear", 140.0)
    assert not times.too_late("Trees", 140.0)
    times.spent("Linear", 400.0, 1.0)
    assert not times.too_late("Linear", 1.0)


def test_what_was_loaded_in_a_first_piece_gives_no_answers_up() -> None:
    times = AnswerTime(600.0)
    times.spent("Linear", 60.0, 0.01)
    assert not times.too_late("Linear", 20.0)
    times.spent("Linear", 5.0, 0.26)
    assert not times.too_late("Linear", 20.0)
    assert times.too_late("Linear", 5.0)


def test_a_piece_that_ended_before_it_answered_anything_gives_no_answers_up() -> None:
    times = AnswerTime(600.0)
    times.spent("Linear", 5.0, 0.1)
    times.spent("Linear", 5.0, 0.2)
    assert times.too_late("Linear", 10.0)
    times.spent("Linear", 0.1, 0.2)
    assert not times.too_late("Linear", 10.0)


def test_answers_that_begin_anew_are_not_given_up_for_what_their_first_piece_takes_again() -> None:
    times = AnswerTime(600.0)
    for name in ("Linear", "Trees"):
        times.spent(name, 60.0, 0.1)
    times.lost("Linear")
    for name in ("Linear", "Trees"):
        times.spent(name, 60.0, 0.12)
    assert not times.too_late("Linear", 10.0)
    assert times.too_late("Trees", 10.0)
    times.begin_anew()
    times.spent("Trees", 60.0, 0.13)
    assert not times.too_late("Trees", 10.0)


def test_answers_that_begin_anew_take_no_longer_than_they_do() -> None:
    times = AnswerTime(600.0)
    times.spent("Linear", 90.0, 0.9)
    times.spent("Linear", 50.0, 0.5)
    assert times.left_to_learn(400.0, ["Linear"]) == pytest.approx(400.0 - MARGIN * 50.0)


def test_learners_of_a_long_run_wait_no_twelfth_of_it_for_answers() -> None:
    assert AnswerTime(60.0).piece(50.0) == 5.0
    times = AnswerTime(8 * 3600.0)
    assert times.piece(8 * 3600.0) == PIECE
    times.spent("Linear", PIECE + 1.0, 0.1)
    assert times.learners_turn(["Linear"], PIECE + 5.0, 28000.0)


def test_who_has_not_begun_to_answer_is_asked_before_learners_work_since_nobody_knows_how_long_it_takes() -> None:
    times = AnswerTime(600.0)
    times.spent("Network, tuned", 200.0, 1.0)
    assert not times.learners_turn(["Linear"], 480.0, 117.0)
    times.spent("Linear", 2.0, 0.01)
    assert times.learners_turn(["Linear"], 482.0, 115.0)


def test_answers_that_were_lost_with_their_trainer_take_all_their_time_again() -> None:
    times = AnswerTime(6000.0)
    times.spent("Linear", 270.0, 0.9)
    assert times.left_to_learn(4000.0, ["Linear"]) == pytest.approx(4000.0 - MARGIN * 30.0)
    times.begin_anew()
    assert times.left_to_learn(4000.0, ["Linear"]) == pytest.approx(4000.0 - MARGIN * 300.0)
