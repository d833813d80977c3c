"""Of several alternatives the worse half is held back at equal work, unless its curve promises to win."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.scheduler import Standing
from engine.scheduler.breadth_then_gain import BreadthThenGain
from engine.scheduler.halving import RUNG, held_back, score_at
from tests.engine.scheduler.simulation import Simulated, play


def tuned(name: str, *curve: tuple[float, float], seconds: float = 0.0, group: str = "tuned") -> Standing:
    worked = seconds or max((moment for moment, _ in curve), default=0.0)
    return Standing(name, slices=len(curve), seconds=worked, curve=curve, group=group)


def test_the_worse_half_is_held_back_once_all_have_shown_something() -> None:
    standings = [tuned("a", (4.0, 0.8)), tuned("b", (4.0, 0.7)), tuned("c", (4.0, 0.6)), tuned("d", (4.0, 0.75))]
    assert held_back(standings, 100.0) == {"b", "c"}


def test_of_two_the_better_goes_on() -> None:
    assert held_back([tuned("a", (4.0, 0.8)), tuned("b", (4.0, 0.7))], 100.0) == {"b"}


def test_equal_ones_go_on_together() -> None:
    assert held_back([tuned("a", (4.0, 0.8)), tuned("b", (4.0, 0.8))], 100.0) == set()


def test_work_beyond_the_rung_does_not_count() -> None:
    ahead = tuned("ahead", (2.0, 0.5), (30.0, 0.9))
    behind = tuned("behind", (4.0, 0.6))
    assert held_back([ahead, behind], 100.0) == set()  # after 4 seconds it was the better one


def test_who_has_not_worked_enough_to_be_compared_goes_on() -> None:
    quick = tuned("quick", (1.0, 0.3))
    slow = tuned("slow", (8.0, 0.7))
    assert held_back([quick, slow], 100.0) == set()


def test_a_curve_that_promises_to_win_is_not_held_back() -> None:
    flat = tuned("flat", (4.0, 0.80), (8.0, 0.801))
    rising = tuned("rising", (4.0, 0.5), (8.0, 0.7))
    assert held_back([flat, rising], 100.0) == set()
    assert held_back([flat, rising], 0.5) == {"rising"}  # no time is left to keep the promise


def test_only_alternatives_are_compared() -> None:
    standings = [tuned("a", (4.0, 0.8), group="x"), tuned("b", (4.0, 0.7), group="y"), tuned("c", (4.0, 0.1), group="")]
    assert held_back(standings, 100.0) == set()


def test_who_is_through_counts_as_a_rival() -> None:
    through = replace(tuned("through", (3.0, 0.9)), done=True)
    assert held_back([through, tuned("other", (4.0, 0.7))], 100.0) == {"other"}


groups = st.lists(
    st.tuples(st.lists(st.tuples(st.floats(0.1, 50), st.floats(-1, 1)), min_size=1, max_size=4), st.booleans()),
    min_size=1,
    max_size=6,
)


@given(groups, st.floats(0, 1000))
def test_somebody_always_goes_on_and_it_is_the_best_at_equal_work(
    curves: list[tuple[list[tuple[float, float]], bool]], remaining: float
) -> None:
    standings = [replace(tuned(str(number), *sorted(curve)), done=done) for number, (curve, done) in enumerate(curves)]
    held = held_back(standings, remaining)
    assert held <= {standing.name for standing in standings if standing.open}
    rung = max(standing.curve[0][0] for standing in standings)
    while rung * RUNG <= max(standing.seconds for standing in standings):
        rung *= RUNG
    there = {s.name: score_at(s, rung) for s in standings if s.done or s.seconds >= rung}
    best = {name for name, score in there.items() if score == max(there.values())}
    assert best
    assert not best & held
    assert len(there.keys() & held) <= len(there) // 2


def test_a_run_spends_its_time_on_the_better_of_many_tunings() -> None:
    tops = (0.70, 0.95, 0.75, 0.72, 0.80, 0.68)
    learners = [Simulated(f"t{top}", top, step=3.0, work=60.0, group="tuned") for top in tops]
    grouped = play(BreadthThenGain(), learners, 120.0)
    apart = play(BreadthThenGain(), [replace(learner, group="") for learner in learners], 120.0)
    assert grouped.seconds("t0.95") >= 40.0
    assert grouped.seconds("t0.68") <= 12.0
    assert grouped.best >= apart.best


def test_a_late_bloomer_is_carried_on() -> None:
    early = Simulated("early", 0.80, fall=0.3, power=2.0, step=2.0, work=80.0, group="tuned")
    late = Simulated("late", 0.95, fall=0.9, power=1.0, step=2.0, work=80.0, group="tuned")
    played = play(BreadthThenGain(), [early, late], 120.0)
    assert played.seconds("late") >= 40.0
    assert played.best > 0.9
