"""What the lines of other tools lack: those of an older way of running a tool, and tools that were not measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tests.benchmarks.cases import CASES
from tests.benchmarks.peers.contenders import PEERS
from tests.benchmarks.results import OURS, Outcome


def gaps(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a sentence on each, with counts by budget and tool; none where nothing is lacking."""
    theirs = [outcome for outcome in outcomes if outcome.contender != OURS]
    sentences = []
    for title, found in (
        ("Other tools' lines of an older way of running them", _by_budget(theirs, _older)),
        ("Tools not measured on so many datasets where others were", _by_budget(theirs, _missing)),
    ):
        if found:
            sentences.append(f"**{title}:** {'; '.join(found)}.")
    return sentences


def _by_budget(lines: Sequence[Outcome], lacking: Callable[[Sequence[Outcome]], str]) -> list[str]:
    """Return for each budget what is lacking there."""
    budgets = sorted({line.budget_s for line in lines})
    told = [(budget, lacking([line for line in lines if line.budget_s == budget])) for budget in budgets]
    return [f"{budget:g} s: {words}" for budget, words in told if words]


def _older(lines: Sequence[Outcome]) -> str:
    methods = {peer.name: peer.method for peer in PEERS}
    measured = [line.contender for line in lines if line.figures]
    old = Counter(line.contender for line in lines if line.figures and line.state != methods.get(line.contender))
    return f"all {len(measured)}" if old.total() == len(measured) > 0 else _counts(old)


def _missing(lines: Sequence[Outcome]) -> str:
    """Count the tools made for a dataset that have no line there; a failure is a line."""
    tried = {(line.case, line.contender) for line in lines}
    cases = [case for case in CASES if any(line.case == case.name and line.figures for line in lines)]
    return _counts(
        Counter(
            peer.name for peer in PEERS for case in cases if peer.takes(case) and (case.name, peer.name) not in tried
        )
    )


def _counts(found: Counter[str]) -> str:
    """Return names with counts.

    >>> _counts(Counter(["FLAML", "AutoGluon, best quality", "FLAML"]))
    'FLAML (2), AutoGluon, best quality (1)'
    """
    return ", ".join(f"{name} ({count})" for name, count in found.items())
