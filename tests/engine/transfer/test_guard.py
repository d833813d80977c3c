from __future__ import annotations

import subprocess
import sys

from engine.scheduler import POLICIES, Standing
from engine.transfer.guard import unhelped, verdicts

PLAIN = Standing("plain", slices=1, seconds=1.0, curve=((1.0, 0.7),), done=True)
TUNED = Standing("tuned", network="net", tunes=True)


def frozen(*scores: float, done: bool = True) -> Standing:
    curve = tuple((float(moment), score) for moment, score in enumerate(scores, 1))
    return Standing("frozen", slices=len(scores), seconds=9.0, curve=curve, done=done, network="net")


def test_a_network_whose_head_does_no_better_than_learners_without_it_does_not_help() -> None:
    (verdict,) = verdicts([PLAIN, frozen(0.5, 0.7), TUNED])
    assert not verdict.helps
    assert (verdict.with_it, verdict.without) == (0.7, 0.7)
    assert unhelped([PLAIN, frozen(0.5, 0.7), TUNED]) == {"tuned"}


def test_the_person_is_told_of_a_difference_only_where_the_figures_show_one() -> None:
    def sentence(score: float) -> str:
        (verdict,) = verdicts([PLAIN, frozen(score)])
        return verdict.sentence

    assert "does not help" in sentence(0.6)
    assert "helped" in sentence(0.8)
    assert all("next to no difference" in sentence(score) for score in (0.6997, 0.7, 0.7003))


def test_a_network_that_does_better_helps() -> None:
    (verdict,) = verdicts([PLAIN, frozen(0.9), TUNED])
    assert verdict.helps
    assert "helped" in verdict.sentence
    assert "0.900" in verdict.sentence
    assert "network net " in verdict.sentence
    assert unhelped([PLAIN, frozen(0.9), TUNED]) == set()


def test_a_later_learner_of_the_network_can_turn_the_verdict() -> None:
    better = Standing("tuned", slices=1, seconds=5.0, curve=((5.0, 0.8),), network="net", tunes=True)
    assert unhelped([PLAIN, frozen(0.6), better]) == set()


def test_a_learner_that_saw_few_samples_so_far_is_not_judged() -> None:
    assert verdicts([PLAIN, frozen(0.5, done=False), TUNED]) == []


def test_there_is_no_verdict_without_both_kinds_of_learners() -> None:
    unopened = Standing("plain")
    given_up = Standing("frozen", slices=2, seconds=3.0, done=True, network="net", failures=2)
    assert verdicts([frozen(0.5), TUNED]) == []
    assert verdicts([unopened, frozen(0.5)]) == []
    assert verdicts([PLAIN, given_up]) == []
    assert verdicts([PLAIN]) == []


def test_networks_are_judged_apart() -> None:
    other = Standing("other", slices=1, seconds=1.0, curve=((1.0, 0.9),), done=True, network="other net")
    further = Standing("further", network="other net", tunes=True)
    assert unhelped([PLAIN, frozen(0.5), TUNED, other, further]) == {"tuned"}


def test_learners_on_a_network_that_does_not_help_work_last_but_do_work() -> None:
    policy = POLICIES["breadth_then_gain"]()
    later = Standing("later")
    chosen = policy.choose([PLAIN, frozen(0.5), TUNED, later], 60.0, 55.0)
    assert chosen is not None
    assert chosen.learner == "later"
    chosen = policy.choose([PLAIN, frozen(0.9), TUNED, later], 60.0, 55.0)
    assert chosen is not None
    assert chosen.learner == "tuned"
    chosen = policy.choose([PLAIN, frozen(0.5), TUNED], 60.0, 55.0)
    assert chosen is not None
    assert chosen.learner == "tuned"


def test_without_the_guard_learners_keep_their_turn_whatever_their_network_is_good_for() -> None:
    standings = [PLAIN, frozen(0.5), TUNED, Standing("later")]
    for guarded, first in ((True, "later"), (False, "tuned")):
        chosen = POLICIES["breadth_then_gain"](guarded=guarded).choose(standings, 60.0, 55.0)
        assert chosen is not None
        assert chosen.learner == first


def test_judging_needs_no_torch() -> None:
    code = "import engine.transfer.guard, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
