"""Learners leave time for the answers of their last candidate."""

from __future__ import annotations

import pytest

from engine.worker.answer_time import MOST_SHARE, AnswerTime


def test_before_anybody_answered_all_time_is_for_learning() -> None:
    assert AnswerTime(60.0).left_to_learn(30.0) == 30.0


def test_the_longest_time_that_answers_took_is_kept() -> None:
    times = AnswerTime(60.0)
    times.spent(1.0, through=False)
    times.spent(0.5, through=True)
    assert times.left_to_learn(30.0) == pytest.approx(28.5)
    times.spent(0.2, through=True)
    assert times.left_to_learn(30.0) == pytest.approx(28.5)


def test_no_more_than_a_share_of_the_budget_is_kept() -> None:
    times = AnswerTime(60.0)
    times.spent(45.0, through=True)
    assert times.left_to_learn(30.0) == pytest.approx(30.0 - MOST_SHARE * 60.0)


def test_time_too_short_for_answers_is_used_all_the_same() -> None:
    times = AnswerTime(60.0)
    times.spent(3.0, through=True)
    assert times.left_to_learn(2.0) == 2.0
