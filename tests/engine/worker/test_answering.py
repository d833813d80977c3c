"""Answers are made in pieces between looks at the clock, smaller ones where memory is short or samples take long."""

from __future__ import annotations

import numpy as np
import pytest
from typing_extensions import override

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.learners.constant import ConstantMember
from engine.modalities.files import FileSamples
from engine.samples import Samples
from engine.worker.answering import Answering
from engine.worker.desk import OVERRUN, OVERRUN_GRACE
from engine.worker.first import Headcount
from tests.engine.clocks import Clock

JOB_S = 5.0  # of a budget of a minute


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


class Timed(ConstantMember):
    """Takes ``alone`` seconds a call, and ``each`` a sample."""

    def __init__(self, clock: Clock, alone: float, each: float) -> None:
        super().__init__(np.array([0.25, 0.75]))
        self.clock, self.alone, self.each = clock, alone, each
        self.asked = list[int]()

    @override
    def predict(self, samples: Samples) -> FloatArray:
        self.asked.append(len(samples))
        self.clock.time += self.alone + self.each * len(samples)
        return super().predict(samples)


class Listener(ConstantMember):
    """Opens files for ``each`` seconds of its clock, but those it ``knows``; answers with their numbers."""

    def __init__(self, clock: Clock, each: float, knows: int = 0) -> None:
        super().__init__(np.array([0.25, 0.75]))
        self.clock, self.each = clock, each
        self.known = {str(number) for number in range(knows)}

    @override
    def predict(self, samples: Samples) -> FloatArray:
        assert isinstance(samples, FileSamples)
        for row, reference in enumerate(samples.references):
            if reference not in self.known:
                samples.opened(row, self._listen)
                self.known.add(reference)
        return np.array([[float(reference)] for reference in samples.references])

    def _listen(self, path: str) -> str:
        self.clock.time += self.each
        return path


def files(size: int) -> FileSamples[str]:
    return FileSamples.from_paths([str(number) for number in range(size)])


def test_it_stops_at_the_deadline_and_goes_on_later() -> None:
    answering = Answering(ConstantMember(np.array([0.4, 0.6])), {"test": Headcount(100), "predict": Headcount(0)})
    assert not answering.advance(Deadline(0.0))
    assert answering.share == 0.0
    assert answering.advance(Deadline(5.0))
    assert answering.share == 1.0
    answers = answering.answers(2)
    assert answers["test"].shape == (100, 2)
    assert answers["predict"].shape == (0, 2)


def test_what_is_left_out_is_asked_about_no_more() -> None:
    member = Narrow(most=10_000)
    answering = Answering(member, {"test": Headcount(40), "predict": Headcount(1000)})
    assert not answering.advance(Deadline(0.0))
    answering.leave_out(["predict"])
    assert answering.advance(Deadline(5.0))
    assert answering.share == 1.0
    assert sum(member.asked) == 40
    answers = answering.answers(2)
    assert np.isfinite(answers["test"]).all()
    assert answers["predict"].shape == (1000, 2)
    assert np.isnan(answers["predict"]).all()


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


@pytest.mark.parametrize("each", [0.01, 0.3, 1.0, 1.5, 4.0])
@pytest.mark.parametrize("knows", [0, 500])
def test_files_that_take_long_end_no_job_however_many_were_known_before(knows: int, each: float) -> None:
    clock = Clock(0.0)
    answering = Answering(Listener(clock, each, knows), {"test": files(knows + 60), "predict": files(9)}, now=clock)
    through = False
    while not through:
        deadline = Deadline(JOB_S, now=clock)
        through = answering.advance(deadline)
        assert deadline.elapsed < OVERRUN * JOB_S + OVERRUN_GRACE
    answers = answering.answers(1)
    assert answers["test"][:, 0].tolist() == list(range(knows + 60))
    assert answers["predict"][:, 0].tolist() == list(range(9))
    assert clock.time == pytest.approx(60 * each)  # none was opened in vain


def test_of_each_part_few_files_are_asked_about_at_first() -> None:
    clock = Clock(0.0)
    member = Timed(clock, alone=0.05, each=0.0)
    assert Answering(member, {"test": files(60), "predict": files(20)}, now=clock).advance(Deadline(60.0, now=clock))
    assert member.asked == [4, 8, 16, 32, 4, 8, 8], "features of the second may all be new"


def test_no_more_files_are_asked_about_at_once_than_their_features_have_room() -> None:
    clock = Clock(0.0)
    member = Timed(clock, alone=0.0, each=0.0)
    assert Answering(member, {"test": files(9000)}, now=clock).advance(Deadline(60.0, now=clock))
    assert max(member.asked) == 2048


def test_files_that_are_quick_are_asked_about_many_at_once() -> None:
    clock = Clock(0.0)
    member = Timed(clock, alone=0.05, each=0.001)
    assert Answering(member, {"test": files(2000)}, now=clock).advance(Deadline(60.0, now=clock))
    assert member.asked[:4] == [4, 8, 16, 32]
    assert max(member.asked) >= 512


@pytest.mark.parametrize(("alone", "each"), [(0.3, 0.0), (0.9, 0.0), (0.3, 0.0005), (0.0, 0.02), (2.5, 0.0)])
def test_rows_are_asked_about_many_at_once_unless_each_takes_long(alone: float, each: float) -> None:
    clock = Clock(0.0)
    member = Timed(clock, alone, each)
    assert Answering(member, {"test": Headcount(4000)}, now=clock).advance(Deadline(600.0, now=clock))
    usual = member.asked[:-1]
    assert min(usual) == 32
    assert usual == sorted(usual)
    assert alone + each * max(usual) < 3.0
    if 0.0 < alone < 1.0:
        assert max(usual) >= 512
