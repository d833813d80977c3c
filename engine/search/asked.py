"""By which strategy a person wants learners to search. No torch here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.search import STRATEGIES

if TYPE_CHECKING:
    from engine.modalities.portfolio import Entry

AUTO = "auto"  # what each learner uses by itself
WORDS = (AUTO, *STRATEGIES)
SEARCHED = "tables of at most 100 classes, and pictures of at most 64 px in runs of at least ten minutes"
_BEFORE = 1.5  # times the seconds that must be left by the turn of a learner: the first few come before it
_FIRST = 3


def refusal(asked: str, entries: Iterable[Entry], budget_s: float) -> str | None:
    """Return a sentence about why no learner of a portfolio would search in this time, None where one would."""
    if any(entry.searches and _BEFORE * entry.settings.get("least_s", 0.0) <= budget_s for entry in entries):
        return None
    return f"No learner of this run would search, so there is no use for {asked}: that is for {SEARCHED}. Leave it out."


def searching(entries: Iterable[Entry], asked: str) -> tuple[Entry, ...]:
    """Return the entries of a portfolio, those that search by the strategy that is asked for.

    Those that need much time come after the first few then: at their own place they could find too little of it left.
    """
    every = tuple(_by(entry, asked) if entry.searches and asked != AUTO else entry for entry in entries)
    long = tuple(entry for entry in every if entry.searches and entry.settings.get("least_s", 0.0) > 0.0)
    if asked == AUTO or not long:
        return every
    others = tuple(entry for entry in every if entry not in long)
    return (*others[:_FIRST], *long, *others[_FIRST:])


def _by(entry: Entry, strategy: str) -> Entry:
    return replace(entry, settings={**entry.settings, "strategy": strategy})
