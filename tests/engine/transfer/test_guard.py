"""Whether a pretrained network helps is told on samples that learners with it and without were both checked on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.arrays import BoolArray, FloatArray
from engine.ensemble.noise import checked
from engine.metrics import METRICS, replicates, score
from engine.scheduler import POLICIES, Standing
from engine.task import Kind, Modality, Task
from engine.transfer.guard import Contender, Judge, Verdict

TASK = Task(Modality.IMAGE, Kind.MULTICLASS, ("no", "yes"))
LABELS = (np.random.default_rng(1).random(800) < 0.5).astype(float)
FOLDS = np.arange(800) % 8
FOLD = FOLDS == 0
HARDNESS = np.where(FOLD, 0.2, 2.5)  # the first fold is an easy one


def said(scale: float | FloatArray, seed: int, rows: BoolArray | None = None) -> FloatArray:
    """Probabilities around the truth, on ``rows`` only; smaller ``scale`` is better."""
    signal = LABELS * 2 - 1 + scale * np.random.default_rng(seed).normal(0, 1, len(LABELS))
    yes = 1 / (1 + np.exp(-2 * signal))
    answer = np.stack([1 - yes, yes], axis=1)
    if rows is not None:
        answer[~rows] = np.nan
    return answer


def judged(*contenders: Contender) -> tuple[Verdict, ...]:
    return Judge(TASK, LABELS, FOLDS).verdicts(contenders)


def own_score(one: Contender) -> float:
    """The score on all that a learner was checked on, which others may not have been."""
    rows = checked(one.validation)
    return score(TASK.metric, LABELS[rows], one.validation[rows])


PLAIN = Contender("plain", 1, said(1.0, 1))
WORSE = Contender("frozen", 1, said(2.0, 2), "net")
BETTER = Contender("frozen", 1, said(0.6, 2), "net")
ALIKE = Contender("frozen", 1, said(1.0, 3), "net")


def test_a_network_with_which_learners_do_surely_worse_does_harm() -> None:
    (verdict,) = judged(PLAIN, WORSE)
    assert verdict.harms
    assert not verdict.helps
    assert verdict.gain == pytest.approx(own_score(WORSE) - own_score(PLAIN))
    assert 0.0 < verdict.noise < -verdict.gain
    assert "network net does not help" in verdict.sentence
    assert f"worse by {-verdict.gain:.3f} ± {verdict.noise:.3f}" in verdict.sentence


def test_a_network_with_which_learners_do_surely_better_helps() -> None:
    (verdict,) = judged(PLAIN, BETTER)
    assert verdict.helps
    assert not verdict.harms
    assert "network net helped" in verdict.sentence
    assert f"better by {verdict.gain:.3f} ± {verdict.noise:.3f}" in verdict.sentence


def test_a_difference_within_the_noise_is_none() -> None:
    (verdict,) = judged(PLAIN, ALIKE)
    assert own_score(ALIKE) != own_score(PLAIN)
    assert not verdict.helps
    assert not verdict.harms
    assert "makes no difference that can be told" in verdict.sentence
    assert f"{abs(verdict.gain):.3f} ± {verdict.noise:.3f}" in verdict.sentence


def test_the_person_is_told_of_a_difference_only_where_the_figures_show_one() -> None:
    assert all("no difference that can be told" in Verdict("net", gain, 0.0).sentence for gain in (-0.0004, 0, 0.0004))
    assert "± 0.000" not in Verdict("net", 0.1, 0.0001).sentence  # no difference is that sure
    assert "network my_net.pt helped" in Verdict("/home/me/my_net.pt", 0.1, 0.01).sentence


def test_an_easy_fold_does_not_make_a_useless_network_look_good() -> None:
    plain = Contender("plain", 1, said(HARDNESS, 1))
    tuned = Contender("tuned", 1, said(HARDNESS * 3, 2, FOLD), "net")
    assert own_score(tuned) > own_score(plain) + 0.1
    (verdict,) = judged(plain, tuned)
    assert verdict.harms
    fold = replace(plain, validation=np.where(FOLD[:, None], plain.validation, np.nan))
    assert verdict.gain == pytest.approx(own_score(tuned) - own_score(fold))


def test_a_hard_fold_does_not_make_a_good_network_look_useless() -> None:
    hard = np.where(FOLD, 2.5, 0.2)
    plain = Contender("plain", 1, said(hard, 1))
    tuned = Contender("tuned", 1, said(hard / 3, 2, FOLD), "net")
    assert own_score(tuned) < own_score(plain)
    (verdict,) = judged(plain, tuned)
    assert verdict.helps


def test_who_is_the_best_with_a_network_is_told_on_the_same_samples_too() -> None:
    plain = Contender("plain", 1, said(HARDNESS * 1.5, 1))
    frozen = Contender("frozen", 1, said(HARDNESS, 2), "net")
    tuned = Contender("tuned", 1, said(HARDNESS * 9, 3, FOLD), "net", through=False)
    assert own_score(tuned) > own_score(frozen)
    assert judged(plain, frozen, tuned) == judged(plain, frozen)


def test_a_later_learner_of_the_network_can_turn_the_verdict() -> None:
    tuned = Contender("tuned", 1, said(0.3, 4, FOLD), "net", through=False)
    (verdict,) = judged(PLAIN, WORSE, tuned)
    assert verdict.helps


def test_a_newer_candidate_of_the_best_can_turn_the_verdict() -> None:
    judge = Judge(TASK, LABELS, FOLDS)
    assert judge.verdicts([PLAIN, WORSE])[0].harms
    assert judge.verdicts([PLAIN, replace(BETTER, version=2)])[0].helps


def test_before_a_learner_of_the_network_is_through_nothing_is_said() -> None:
    judge = Judge(TASK, LABELS, FOLDS)
    assert judge.verdicts([PLAIN, replace(WORSE, through=False)]) == ()
    assert judge.verdicts([PLAIN, WORSE])[0].harms


def test_first_looks_at_some_of_the_samples_decide_nothing() -> None:
    some = np.random.default_rng(5).random(len(LABELS)) < 0.3
    lucky = Contender("lucky", 1, said(0.1, 6, some))
    assert judged(PLAIN, replace(WORSE, validation=said(3.0, 2, some))) == ()
    assert judged(PLAIN, ALIKE, lucky) == judged(PLAIN, ALIKE)
    assert judged(PLAIN, ALIKE, replace(lucky, network="net")) == judged(PLAIN, ALIKE)


def test_only_harm_is_told_against_what_has_learned_from_less() -> None:
    some = np.random.default_rng(5).random(len(LABELS)) < 0.3  # as thumbnails of a thousand of many photos
    for scale, harms in ((0.3, [True]), (2.0, []), (6.0, [])):
        verdicts = judged(Contender("thumbnails", 1, said(scale, 6, some)), WORSE)
        assert [verdict.harms for verdict in verdicts] == harms
    wide = Contender("plain", 1, said(6.0, 1))
    assert not judged(wide, Contender("thumbnails", 1, said(0.3, 6, some)), WORSE)[0].harms


def test_there_is_no_verdict_without_both_kinds_of_learners_nor_on_a_handful_of_samples() -> None:
    few = np.flatnonzero(FOLD)[:10]
    rows = np.isin(np.arange(len(LABELS)), few)
    folds = np.where(rows, 0, np.where(FOLD, -1, FOLDS))
    assert judged() == judged(PLAIN) == judged(WORSE) == ()
    assert Judge(TASK, LABELS, folds).verdicts([PLAIN, Contender("tuned", 1, said(9.0, 2, rows), "net")]) == ()


def test_networks_are_judged_apart_and_against_learners_with_none() -> None:
    other = Contender("other", 1, said(0.5, 7), "other net")
    first, second = judged(PLAIN, WORSE, other)
    assert (first.network, first.harms) == ("net", True)
    assert (second.network, second.helps) == ("other net", True)
    assert first == judged(PLAIN, WORSE)[0]


def test_where_less_is_better_the_smaller_error_wins() -> None:
    task = Task(Modality.TEXT, Kind.REGRESSION, metric="rmse")
    assert not METRICS[task.metric].higher_is_better
    truth, rng = np.linspace(0, 1, 300), np.random.default_rng(8)
    near, far = ((truth + rng.normal(0, scale, 300))[:, None] for scale in (0.05, 0.5))
    judge = Judge(task, truth, np.arange(300) % 8)
    (verdict,) = judge.verdicts([Contender("a", 1, far), Contender("b", 1, near, "net"), Contender("c", 1, far, "net")])
    assert verdict.helps


def test_only_what_is_new_is_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed: list[str] = []

    def counting(name: str, real: Any) -> Any:
        def counted(*given: Any) -> Any:
            weighed.append(name)
            return real(*given)

        return counted

    monkeypatch.setattr("engine.ensemble.noise.replicates", counting("resampled", replicates))
    monkeypatch.setattr("engine.transfer.guard.score", counting("scored", score))
    judge = Judge(TASK, LABELS, FOLDS)
    second = Contender("second", 1, said(0.9, 9), "net")
    before = judge.verdicts([PLAIN, second, WORSE])
    assert weighed == ["scored", "scored", "resampled", "resampled"]
    weighed.clear()
    assert judge.verdicts([PLAIN, second, WORSE]) == before
    assert weighed == []
    assert judge.verdicts([PLAIN, second, replace(WORSE, version=2)]) == before  # it is not the best one
    assert weighed == ["scored"]


def test_learners_on_a_network_that_does_harm_work_last_but_do_work() -> None:
    policy, later = POLICIES["breadth_then_gain"](), Standing("later")
    for standings, first in (
        ([Standing("tuned", unhelped=True), later], "later"),
        ([Standing("tuned"), later], "tuned"),
        ([Standing("tuned", unhelped=True), Standing("frozen", unhelped=True)], "tuned"),  # whose turn it is
    ):
        chosen = policy.choose(standings, 60.0, 55.0)
        assert chosen is not None
        assert chosen.learner == first


def test_without_the_guard_learners_keep_their_turn_whatever_their_network_is_good_for() -> None:
    standings = [Standing("tuned", unhelped=True), Standing("later")]
    for guarded, first in ((True, "later"), (False, "tuned")):
        chosen = POLICIES["breadth_then_gain"](guarded=guarded).choose(standings, 60.0, 55.0)
        assert chosen is not None
        assert chosen.learner == first


def test_judging_needs_no_torch() -> None:
    code = "import engine.transfer.guard, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
