"""Whether pretrained networks help is told by what is served from, and decides who works next."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.learners.constant import ConstantMember
from engine.modalities import Entry
from engine.run.journal import Past, Replay
from engine.scheduler.breadth_then_gain import BreadthThenGain
from engine.worker.checkpoint import Checkpoint
from engine.worker.roster import Roster
from engine.worker.serving import Server
from tests.engine.flowers import flower_run


def guess(labels: FloatArray, right: float, seed: int) -> FloatArray:
    """Probabilities that are right with a chance of ``right``."""
    rose = np.where(np.random.default_rng(seed).random(len(labels)) < right, labels, 1 - labels) * 0.8 + 0.1
    return np.stack([1 - rose, rose], axis=1)


def test_networks_are_judged_by_the_newest_candidates_on_samples_that_both_were_checked_on(
    tmp_path: Path,
) -> None:
    run = flower_run(tmp_path / "run", size=1600)
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    labels, fold = server.labels, server.train.folds == 0

    def learned(name: str, easy: float, hard: float, rows: BoolArray) -> None:
        answers = np.where(fold[:, None], guess(labels, easy, seed=1), guess(labels, hard, seed=2))
        answers[~rows] = np.nan
        Checkpoint(run.checkpoints_path, name).save_candidate(ConstantMember(np.array([0.5, 0.5])), answers)
        found = Checkpoint(run.checkpoints_path, name).candidate()
        assert found is not None
        server.weigh(found)

    entries = (
        Entry("plain", "image.thumbnail_ridge"),
        Entry("tuned", "image.finetune", {"backbone": "efficientnet_lite0"}),
        Entry("tuned larger", "image.finetune", {"backbone": "efficientnet_lite0", "resolution": 224}),
        Entry("later", "image.thumbnail_ridge"),
    )
    roster = Roster(entries, Replay(), judged=server.verdicts)
    learned("plain", 0.97, 0.7, np.full(len(fold), True))
    roster.worked("plain", 1.0, done=True)
    learned("tuned", 0.85, 0.5, fold)
    assert server.own_score("tuned") > server.own_score("plain") + 0.1  # each on what it was checked on
    assert roster.doubts() == []
    roster.worked("tuned", 1.0, done=True)
    (sentence,) = roster.doubts()
    assert "efficientnet_lite0 does not help on this data" in sentence
    chosen = BreadthThenGain().choose(roster.standings(), 60.0, 55.0)
    assert chosen is not None
    assert chosen.learner == "later"

    again = Server(run, clock=lambda: 50.0)  # the next sitting knows it before anything new is scored
    again.recall()
    before = Replay(learners={name: Past(done=True) for name in ("plain", "tuned")})
    assert Roster(entries, before, judged=again.verdicts).verdicts == roster.verdicts

    learned("tuned", 0.99, 0.5, fold)
    assert [verdict.harms for verdict in roster.verdicts] == [False]
    chosen = BreadthThenGain().choose(roster.standings(), 60.0, 55.0)
    assert chosen is not None
    assert chosen.learner == "tuned larger"
    server.withdraw("tuned")
    assert roster.verdicts == ()
