"""Trials with a share of the folds grown, kept to go on."""

from __future__ import annotations

import numpy as np

from engine.modalities.table.begun import MOST, Begun, BegunTrials
from engine.modalities.table.trials import Tried


def begun(leaves: int, share: float, score: float) -> Begun:
    return Begun(Tried({"num_leaves": leaves}, np.zeros((1, 1)), ("a booster",)), share, score)


def test_who_goes_on_is_found_by_its_settings_once() -> None:
    trials, one, two = BegunTrials(), begun(4, 0.1, 0.0), begun(8, 0.1, 1.0)
    trials.put(one)
    trials.put(two)
    assert trials.take({"num_leaves": 4}) is one.tried
    assert trials.take({"num_leaves": 4}) is None
    assert trials.take({"num_leaves": 16}) is None
    assert trials.take({"num_leaves": 8}) is two.tried
    assert trials.kept == []


def test_of_each_share_the_best_are_kept() -> None:
    trials = BegunTrials()
    for leaves in range(10):
        trials.put(begun(leaves, 0.1, abs(leaves - 4.75)))
        trials.put(begun(leaves + 100, 0.3, -leaves))
    for share, leaves_kept in ((0.1, [0, 9, 1, 8]), (0.3, [100, 101, 102, 103])):
        kept = [one.tried.settings["num_leaves"] for one in trials.kept if one.share == share]
        assert kept == leaves_kept[:MOST]


def test_of_equals_the_earlier_are_kept() -> None:
    trials = BegunTrials()
    for leaves in range(MOST + 2):
        trials.put(begun(leaves, 0.1, 0.5))
    assert [one.tried.settings["num_leaves"] for one in trials.kept] == list(range(MOST))
