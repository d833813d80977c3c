"""Answers are made in pieces between looks at the clock, smaller ones where memory is short."""

from __future__ import annotations

import numpy as np
import pytest
from typing_extensions import override

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.learners.constant import ConstantMember
from engine.samples import Samples
from engine.worker.answering import Answering
from engine.worker.first import Headcount


class Narrow(ConstantMember):
    """Has memory for few samples at a time."""

    def __init__(self, most: int) -> None:
        super().__init__(np.array([0.25, 0.75]))
        self.most, self.asked = most, list[int]()

    @override
    def predict(self, samples: Samples) -> FloatArray:
        self.asked.append(len(samples))
        if len(samples) > self.most:
            raise MemoryError
        return super().predict(samples)


def test_it_stops_at_the_deadline_and_goes_on_later() -> None:
    answering = Answering(ConstantMember(np.array([0.4, 0.6])), {"test": Headcount(100), "predict": Headcount(0)})
    assert not answering.advance(Deadline(0.0))
    assert answering.share == 0.0
    assert answering.advance(Deadline(5.0))
    assert answering.share == 1.0
    answers = answering.answers(2)
    assert answers["test"].shape == (100, 2)
    assert answers["predict"].shape == (0, 2)


def test_pieces_shrink_until_memory_is_enough() -> None:
    member = Narrow(most=5)
    answering = Answering(member, {"test": Headcount(40)})
    assert answering.advance(Deadline(5.0))
    assert member.asked[:4] == [32, 16, 8, 4]
    assert max(member.asked[3:]) <= 5
    assert answering.answers(2)["test"].tolist() == [[0.25, 0.75]] * 40


def test_each_lack_of_memory_before_makes_the_first_piece_smaller() -> None:
    member = Narrow(most=99)
    assert Answering(member, {"test": Headcount(20)}, frugality=2).advance(Deadline(5.0))
    assert member.asked[0] == 2


def test_pieces_grow_again_where_memory_was_short_before_but_not_as_far() -> None:
    for frugality, most in ((1, 512), (2, 128), (3, 32)):
        member = Narrow(most=10**6)
        answering = Answering(member, {"test": Headcount(4000)}, frugality)
        assert answering.advance(Deadline(60.0))
        assert max(member.asked) == most


def test_pieces_that_were_too_large_are_not_tried_again() -> None:
    member = Narrow(most=100)
    assert Answering(member, {"test": Headcount(4000)}, frugality=1).advance(Deadline(60.0))
    assert sum(asked > member.most for asked in member.asked) == 1
    assert max(member.asked[-5:]) == 64


def test_a_single_sample_too_many_is_a_failure() -> None:
    with pytest.raises(MemoryError):
        Answering(Narrow(most=0), {"test": Headcount(3)}).advance(Deadline(5.0))
