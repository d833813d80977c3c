"""Two ways to tune a network in a run of their own: real learners, the real policy, a clock that counts their looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.budget import Deadline
from engine.learners.base import Learner
from engine.metrics import score
from engine.modalities.image.learners.finetune import ImageFineTune
from engine.modalities.portfolio import Entry
from engine.run.journal import Replay
from engine.scheduler.breadth_then_gain import BreadthThenGain
from engine.worker.roster import Roster
from tests.engine.modalities.image.pictures import class_job

SETTINGS: dict[str, Any] = {
    "backbone": "efficientnet_lite0",
    "resolution": 64,
    "frozen": 6,
    "epochs": 10,
    "batch": 8,
    "share": 1.0,
}
TOTAL = 200.0
GOOD, BAD = "a fair pace", "far too quick"


class Clock:
    """Goes on by a quarter of a second at each look."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        self.seconds += 0.25
        return self.seconds


def test_of_two_ways_to_tune_a_network_the_worse_is_held_back_once_both_have_shown_something(tmp_path: Path) -> None:
    job = replace(class_job(tmp_path / "p", each=8), threads=1)
    rates = {BAD: 0.1, GOOD: 3e-4}
    entries = [
        Entry(name, ImageFineTune.kind, {**SETTINGS, "rate": rate}, group="tuned") for name, rate in rates.items()
    ]
    learners: dict[str, Learner] = {entry.name: ImageFineTune(job, entry.settings) for entry in entries}
    roster, policy, clock, chosen = Roster(entries, Replay()), BreadthThenGain(), Clock(), list[str]()
    while (slice_ := policy.choose(roster.standings(), TOTAL, TOTAL - clock.seconds)) is not None:
        learner, began = learners[slice_.learner], clock.seconds
        progress = learner.advance(Deadline(slice_.seconds, now=clock.now, left=TOTAL - began))
        chosen.append(slice_.learner)
        roster.worked(slice_.learner, clock.seconds - began, done=progress.done, share=progress.share)
        if progress.improved:
            roster.scored(slice_.learner, own_score(learner))
        if roster.standings()[1].done:
            break
    bad, good = roster.standings()
    assert good.done and good.share == 1.0
    assert bad.curve and not bad.done
    assert bad.seconds < good.seconds
    assert BAD not in chosen[-2:]


def own_score(learner: Learner) -> float:
    answers = learner.validation()
    known = np.isfinite(answers).all(axis=1)
    return -score("log_loss", learner.job.labels[known], answers[known])
