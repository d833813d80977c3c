"""How well two rounds of labels of the same samples agree: of one person, who did not see the first, or of two.

Cohen's κ (Cohen, 1960) is the agreement beyond chance: 1 where all is the same, 0 where it is no more than two people
would agree who know nothing but how often each class occurs.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from labeling.project.stored import Label

SHARE = 0.05
FEWEST = 10
WORDS = ((0.8, "very good"), (0.6, "good"), (0.4, "moderate"), (0.2, "poor"), (-1.0, "hardly better than chance"))


@dataclass(frozen=True, slots=True)
class Twice:
    """A sample that was labelled twice; ``second`` is None while it is owed."""

    sample: str
    first: Label
    second: Label = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well the labels agree.

    Attributes:
        answered: samples that have both labels.
        same: of those, how many have the same label twice.
        kappa: Cohen's κ; of several classes the mean over the classes; None for numbers, and where one class is all
            that was ever named, so that nothing is beyond chance.
        apart: by how much numbers differ, the mean; None for classes.
        differing: the samples whose labels differ; numbers that differ most come first.
    """

    answered: int
    same: int
    kappa: float | None
    apart: float | None
    differing: tuple[Twice, ...]

    @property
    def words(self) -> str:
        """What κ is called (Landis and Koch, 1977, in plain words); empty where there is none."""
        if self.kappa is None:
            return ""
        return next(words for least, words in WORDS if self.kappa >= least)


def drawn(labelled: Sequence[str], seed: int) -> list[str]:
    """Draw :data:`SHARE` of the labelled samples, at least :data:`FEWEST`, in an order by chance; repeatable."""
    wanted = min(len(labelled), max(FEWEST, math.ceil(SHARE * len(labelled))))
    return random.Random(seed).sample(sorted(labelled), wanted)


def agreement(twice: Sequence[Twice]) -> Agreement:
    """Compare the labels of all samples that have both."""
    both = [one for one in twice if one.first is not None and one.second is not None]
    differing = [one for one in both if one.first != one.second]
    gaps = {one.sample: abs(one.first - one.second) for one in both if _is_number(one.first) and _is_number(one.second)}
    differing.sort(key=lambda one: -gaps.get(one.sample, 0.0))
    apart = fmean(gaps.values()) if gaps else None
    return Agreement(len(both), len(both) - len(differing), _kappa_of(both), apart, tuple(differing))


def cohens_kappa(first: Sequence[str | bool], second: Sequence[str | bool]) -> float | None:
    """Return Cohen's κ of two rounds [n] of classes; None where chance alone would agree always, or for none."""
    if not first:
        return None
    same = fmean(one == other for one, other in zip(first, second, strict=True))
    often, again = Counter(first), Counter(second)
    by_chance = sum(often[name] * again[name] for name in often) / len(first) ** 2
    return None if by_chance == 1.0 else (same - by_chance) / (1.0 - by_chance)


def _kappa_of(both: Sequence[Twice]) -> float | None:
    if all(isinstance(one.first, str) and isinstance(one.second, str) for one in both):
        return cohens_kappa([str(one.first) for one in both], [str(one.second) for one in both])
    sets = [(set(one.first), set(one.second)) for one in both if _is_set(one.first) and _is_set(one.second)]
    classes = sorted(set().union(*(first | second for first, second in sets)))
    of_each = [
        cohens_kappa([name in first for first, _ in sets], [name in second for _, second in sets]) for name in classes
    ]
    known = [kappa for kappa in of_each if kappa is not None]
    return fmean(known) if known else None


def _is_number(label: Label) -> TypeGuard[float]:
    return isinstance(label, float | int)


def _is_set(label: Label) -> TypeGuard[tuple[str, ...]]:
    return isinstance(label, tuple)
