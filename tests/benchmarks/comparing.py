"""Medians over seeds, and who was better: ties and losses are counted as such."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks import machine
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.peers.contenders import PEERS
from tests.benchmarks.results import OURS, Outcome

SAME = 0.0005  # scores closer than this are a tie: the reports show three digits

WORST = ("peak_mb", "overrun_percent")  # a bound that is kept by half of the runs is not kept
FINAL = "final"  # the last score, whatever the case's metric is
PACES = ("reference_ms", "quickest_ms", "slowest_ms")
OF_SEEDS: dict[str, Callable[[list[float]], float]] = {"quickest_ms": min, **dict.fromkeys((*WORST, "slowest_ms"), max)}
UNTIMED = {peer.name for peer in PEERS if not peer.timed}

Spot = tuple[str, float]  # a case and a budget
Medians = Mapping[tuple[str, str, float], Mapping[str, float]]


@dataclass(frozen=True)
class Tally:
    """How often we were better, level and worse."""

    wins: int = 0
    ties: int = 0
    losses: int = 0

    def __str__(self) -> str:
        return f"{self.wins} better, {self.ties} level, {self.losses} worse"


def medians(outcomes: Iterable[Outcome]) -> Medians:
    """Return the median of each figure over seeds, the most of :data:`WORST`, by case, contender and budget.

    ``quickest_ms`` and ``slowest_ms`` are the paces of the machine between which the seeds were measured.
    """
    gathered: dict[tuple[str, str, float], dict[str, list[float]]] = {}
    for outcome in outcomes:
        figures = gathered.setdefault((outcome.case, outcome.contender, outcome.budget_s), {})
        for name, value in outcome.figures.items():
            figures.setdefault(name, []).append(value)
        if "reference_ms" in outcome.machine:
            for name in PACES:
                figures.setdefault(name, []).append(float(outcome.machine["reference_ms"]))
    return {
        key: {name: OF_SEEDS.get(name, median)(values) for name, values in figures.items()}
        for key, figures in gathered.items()
    }


def final(case: Case, figures: Mapping[str, float]) -> float | None:
    """Return the last score of the metric that counts; None where there never were answers."""
    return figures.get(case.metric)


def others(middle: Medians, spot: Spot) -> list[str]:
    """Return the other tools measured at a spot."""
    return [who for case, who, budget in middle if (case, budget) == spot and who != OURS]


def rivals(middle: Medians, spot: Spot, figure: str) -> list[str]:
    """Return the other tools with which a figure of ours is compared at a spot: all, or none where one cannot be."""
    found = others(middle, spot)
    return found if all(comparable(middle, spot, who, figure) for who in found) else []


def comparable(middle: Medians, spot: Spot, who: str, figure: str) -> bool:
    """Tell whether ours and another tool were measured on machines of about the same pace, as far as that matters.

    A shared machine may be half as quick for minutes; where seeds of ours met both, theirs may have met either. Lines
    from before that was measured are taken for alike among themselves. A tool that takes no notice of the budget says
    the same in the end on any machine, so that its :data:`FINAL` score is compared in any case; when it says so is a
    matter of the pace, and with it the area under its curve.
    """
    ours, theirs = middle.get((spot[0], OURS, spot[1])), middle[spot[0], who, spot[1]]
    if ours is None or (figure == FINAL and who in UNTIMED):
        return True
    if "quickest_ms" not in ours or "quickest_ms" not in theirs:
        return ("quickest_ms" in ours) == ("quickest_ms" in theirs)
    between = min(max(theirs["reference_ms"], ours["quickest_ms"]), ours["slowest_ms"])  # nearest pace of ours
    return machine.alike(between, theirs["reference_ms"])


def spots(middle: Medians) -> list[tuple[Case, float]]:
    """Return what was measured with learning from data, by modality, case and budget."""
    return [
        (case, budget)
        for case in CASES
        for budget in sorted({budget for name, _, budget in middle if name == case.name})
    ]


def compare(ours: float | None, theirs: float | None) -> int:
    """Return 1 where ours is better, 0 for level, -1 where theirs is; nothing at all is worse than anything."""
    low = float("-inf")
    mine, other = (low if value is None else value for value in (ours, theirs))
    if mine == other or abs(mine - other) < SAME:
        return 0
    return 1 if mine > other else -1


def verdicts(middle: Medians, figure: str, chosen: Sequence[tuple[Case, float]]) -> list[int]:
    """Compare us with the best peer at each spot where both were measured."""
    found = []
    for case, budget in chosen:
        against = rivals(middle, (case.name, budget), figure)
        if (case.name, OURS, budget) not in middle or not against:
            continue
        name = case.metric if figure == FINAL else figure
        values = [middle[case.name, who, budget].get(name) for who in against]
        best = max((value for value in values if value is not None), default=None)
        found.append(compare(middle[case.name, OURS, budget].get(name), best))
    return found


def tally(found: Sequence[int]) -> Tally:
    """Count verdicts."""
    return Tally(found.count(1), found.count(0), found.count(-1))
