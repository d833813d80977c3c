"""The roster tells policies where each learner stands, earlier sittings included."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from engine.curve import Point
from engine.modalities import Entry
from engine.run.journal import Past, Replay
from engine.scheduler.breadth_then_gain import BreadthThenGain
from engine.scheduler.halving import held_back
from engine.transfer.guard import Verdict
from engine.worker.roster import OUT_OF_MEMORY, STRIKES, Roster

ENTRIES = (Entry("quick", "table.linear", first_slice=0.5), Entry("slow", "table.lightgbm", group="trees"))


def test_standings_follow_the_portfolio_and_add_up() -> None:
    roster = Roster(ENTRIES, Replay())
    roster.worked("slow", 2.0, done=False)
    roster.scored("slow", 0.7)
    roster.worked("slow", 1.0, done=True)
    roster.scored("slow", 0.8)
    quick, slow = roster.standings()
    assert (quick.name, quick.slices, quick.first_slice, quick.curve, quick.open) == ("quick", 0, 0.5, (), True)
    assert (slow.name, slow.slices, slow.seconds, slow.open) == ("slow", 2, 3.0, False)
    assert (quick.group, slow.group) == ("", "trees")
    assert slow.curve == ((2.0, 0.7), (3.0, 0.8))


def test_a_learner_that_fails_again_and_again_is_left_alone() -> None:
    roster = Roster(ENTRIES, Replay())
    for _ in range(STRIKES - 1):
        assert roster.failed("quick", "error") is None
    assert roster.standings()[0].open
    assert "trainer.log" in (roster.failed("quick", "crash") or "")
    assert [standing.open for standing in roster.standings()] == [False, True]


def test_a_run_that_goes_on_starts_from_what_was_before() -> None:
    before = Replay(
        curve=[Point(1.0, 0.6, "slow")],
        learners={"slow": Past(2, 3.0, [(1.0, 0.6)]), "quick": Past(failures=STRIKES - 1)},
    )
    roster = Roster(ENTRIES, before)
    assert roster.has_scores
    roster.failed("quick", "error")
    roster.worked("slow", 1.0, done=False)
    quick, slow = roster.standings()
    assert not quick.open
    assert (slow.slices, slow.seconds) == (3, 4.0)
    roster.point(Point(4.0, 0.9, "slow"))
    assert [point.score for point in roster.curve] == [0.6, 0.9]
    assert [point.score for point in before.curve] == [0.6]


KNOWS, OTHER = {"backbone": "efficientnet_lite0"}, {"backbone": "efficientnet_lite2"}
TUNING = (
    Entry("plain", "image.thumbnail_ridge"),
    Entry("frozen", "image.frozen_head", KNOWS),
    Entry("looked through", "image.frozen_head", OTHER),
    Entry("tuned", "image.finetune", KNOWS),
)
WORSE = (Verdict("efficientnet_lite0", -0.1, 0.02), Verdict("efficientnet_lite2", -0.1, 0.02))


def test_a_network_that_does_harm_is_doubted_once() -> None:
    found: list[Verdict] = []
    roster = Roster(TUNING, Replay(), judged=lambda *_: found)
    assert roster.doubts() == []
    found += WORSE
    sentence, other = roster.doubts()
    assert "efficientnet_lite2 does not help" in other
    assert "efficientnet_lite0 does not help" in sentence
    assert "0.100 ± 0.020" in sentence
    assert sentence.endswith("Learners that build on it wait for those that do not.")
    assert roster.doubts() == []
    assert [standing.unhelped for standing in roster.standings()] == [False, True, True, True]


def test_nothing_is_said_to_wait_once_all_that_builds_on_the_network_is_over() -> None:
    for over in ("done", "left out"):
        found: list[Verdict] = []
        roster = Roster(TUNING, Replay(), judged=lambda *_, found=found: found)
        for name in ("frozen", "looked through"):
            roster.worked(name, 1.0, done=True)
        roster.worked("tuned", 1.0, done=over == "done")
        for _ in range(STRIKES if over == "left out" else 0):
            roster.failed("tuned", "error")
        found += WORSE
        assert roster.doubts() == []


def test_where_nobody_waits_the_doubt_says_so_of_nobody() -> None:
    sentence = Roster(TUNING, Replay(), judged=lambda *_: WORSE).doubts(guarded=False)[0]
    assert "does not help" in sentence
    assert "waits" not in sentence


@pytest.mark.parametrize("gain", [-0.01, 0.0, 0.01, 0.1])
def test_a_network_that_may_be_as_good_as_none_is_not_doubted(gain: float) -> None:
    roster = Roster(TUNING, Replay(), judged=lambda *_: [Verdict("efficientnet_lite0", gain, 0.02)])
    assert roster.doubts() == []
    assert not any(standing.unhelped for standing in roster.standings())


def test_networks_are_judged_by_who_is_through_and_by_nobody_twice() -> None:
    asked: list[tuple[dict[str, str], set[str]]] = []

    def judged(networks: Mapping[str, str], through: Collection[str]) -> list[Verdict]:
        asked.append((dict(networks), set(through)))
        return []

    roster = Roster([*TUNING, TUNING[-1].again(1)], Replay(), judged=judged)
    roster.worked("plain", 1.0, done=True)
    roster.worked("tuned", 1.0, done=False)
    for _ in range(STRIKES):
        roster.failed("frozen", "error")  # which leaves it out, and not through
    assert roster.verdicts == []
    networks = {entry.name: entry.network for entry in TUNING}
    assert asked == [(networks, {"plain"})]


def test_a_network_of_the_persons_own_counts_as_pretrained_and_one_of_random_weights_does_not() -> None:
    entries = (
        Entry("own", "image.outside_head", {"weights": "/w.pt"}),
        Entry("small", "image.scratch", {"backbone": "residual-16-1-3-3-relu-plain"}),
        Entry("tuned", "image.outside_finetune", {"weights": "/w.pt"}),
    )
    assert [entry.network for entry in entries] == ["/w.pt", "", "/w.pt"]
    standings = Roster(entries, Replay(), judged=lambda *_: [Verdict("/w.pt", -0.1, 0.02)]).standings()
    assert [standing.unhelped for standing in standings] == [True, False, True]


def test_a_standing_does_not_change_afterwards() -> None:
    roster = Roster(ENTRIES, Replay())
    assert not roster.has_scores
    (early, _) = roster.standings()
    roster.worked("quick", 1.0, done=True)
    roster.scored("quick", 0.9)
    assert (early.slices, early.curve, early.open) == (0, (), True)
    assert roster.has_scores


def test_the_share_of_the_work_is_known_until_a_newer_one_is() -> None:
    roster = Roster(ENTRIES, Replay(learners={"slow": Past(1, 1.0, share=0.1)}))
    assert [standing.share for standing in roster.standings()] == [0.0, 0.1]
    roster.worked("slow", 1.0, done=False, share=0.4)
    roster.worked("slow", 1.0, done=False)  # predictions alone
    assert roster.standings()[1].share == 0.4


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("image.finetune", ("smaller pieces.", "coarser", "processor", "left out")),
        ("text.scratch", ("smaller pieces.", "coarser", "processor", "left out")),
        ("image.search", ("smaller pieces.", "coarser", "processor", "left out")),
        ("image.frozen_head", ("with less of it", "less still", "processor", "left out")),
        ("text.ngrams", ("with less of it", "less still", "processor", "left out")),
        ("table.lightgbm", ("with less of it", "less still", "processor", "left out")),
    ],
)
def test_lack_of_memory_is_no_strike_and_each_rung_is_told_as_it_is(kind: str, words: tuple[str, ...]) -> None:
    roster = Roster((Entry("quick", kind), ENTRIES[1]), Replay(learners={"slow": Past(frugality=2)}))
    told = []
    for rung in range(3):
        assert roster.frugality("quick") == rung
        assert roster.standings()[0].open
        told.append(roster.failed("quick", OUT_OF_MEMORY))
    assert roster.standings()[0].open
    told.append(roster.failed("quick", OUT_OF_MEMORY))
    assert not roster.standings()[0].open
    assert all(word in (said or "") for word, said in zip(words, told, strict=True))
    assert len({*told, None}) == 5
    assert roster.frugality("slow") == 2
    assert roster.failed("slow", "error") is None


def test_who_lacks_memory_to_answer_is_not_said_to_learn_from_less() -> None:
    roster = Roster(ENTRIES, Replay(), judged=lambda *_: ())
    told = [roster.failed("quick", OUT_OF_MEMORY, learning=False) or "" for _ in range(4)]
    assert all("while it answered" in sentence for sentence in told[:3])
    assert len({*told}) == 4
    assert "left out" in told[3] and not roster.standings()[0].open


def test_a_network_is_repeated_once_it_is_through_and_served() -> None:
    tuned = Entry("tuned", "text.finetune")
    served: set[str] = set()
    roster = Roster([*ENTRIES, tuned, tuned.again(1)], Replay(), lambda: served)

    def names() -> list[str]:
        return [standing.name for standing in roster.standings()]

    roster.worked("tuned", 1.0, done=False)
    served.add("tuned")
    assert names() == ["quick", "slow", "tuned"]
    roster.worked("tuned", 1.0, done=True)
    assert names() == ["quick", "slow", "tuned", "tuned, again 1"]
    served.clear()
    assert names() == ["quick", "slow", "tuned"]


def test_a_repeat_is_no_alternative_to_what_it_repeats_nor_to_others_like_it() -> None:
    tuned, other = (Entry(name, "image.finetune", group="tuned") for name in ("tuned", "other"))
    roster = Roster([tuned, tuned.again(1), other], Replay(), lambda: {"tuned"})
    roster.worked("tuned", 4.0, done=True)
    roster.scored("tuned", 0.9)
    roster.worked("other", 4.0, done=False)
    roster.scored("other", 0.9)
    chosen = BreadthThenGain().choose(roster.standings(), 100.0, 90.0)
    assert chosen is not None
    assert chosen.learner == "tuned, again 1"  # which nobody of the group waits for, or lets go first
    roster.worked("tuned, again 1", 4.0, done=False)
    roster.scored("tuned, again 1", 0.8)  # on other samples, which may be harder
    assert held_back(roster.standings(), 100.0) == set()
    chosen = BreadthThenGain().choose(roster.standings(), 100.0, 86.0)
    assert chosen is not None
    assert chosen.learner == "tuned, again 1"


def test_candidates_that_no_event_tells_of_are_known() -> None:
    before = Replay(learners={"slow": Past(1, 3.0, [(1.0, 0.6)], version=2)})
    roster = Roster(ENTRIES, before)
    assert roster.untold({"constant": 1, "quick": 1, "slow": 2}) == ["quick"]
    assert roster.untold({"slow": 3}) == ["slow"]
