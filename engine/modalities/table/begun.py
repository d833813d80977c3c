"""Trials with a share of the folds grown, kept to go on from there where their strategy asks for more of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.modalities.table.trials import Tried
from engine.search import Settings

# Kept of each share. The best goes on first, and few do before new ones are tried, so that who comes after these hardly
# ever goes on: it would be grown from the beginning. Each holds its boosters and a prediction for each row.
MOST = 4


@dataclass(frozen=True, eq=False)
class Begun:
    """A trial that has all of the ``share`` of folds that was asked for, and the ``score`` it was told with."""

    tried: Tried
    share: float
    score: float


@dataclass
class BegunTrials:
    """The best ``MOST`` trials of each share; ``kept`` holds those of one share best first."""

    kept: list[Begun] = field(default_factory=list)

    def put(self, begun: Begun) -> None:
        """Keep a trial, unless there are enough better ones of its share."""
        others = [one for one in self.kept if one.share != begun.share]
        alike = [one for one in self.kept if one.share == begun.share]
        self.kept = [*others, *sorted([*alike, begun], key=lambda one: -one.score)[:MOST]]

    def take(self, settings: Settings) -> Tried | None:
        """Return what there is of a trial with these settings, which is no longer kept; None where there is nothing."""
        found = next((one for one in self.kept if one.tried.settings == settings), None)
        self.kept = [one for one in self.kept if one is not found]
        return None if found is None else found.tried
