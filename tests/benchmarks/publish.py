"""``python -m tests.benchmarks.publish``: report, picture and the README's block from the result lines."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks import curves
from tests.benchmarks.cases import GOALS, Case
from tests.benchmarks.comparing import FINAL, Medians, Spot, compare, medians, others, rivals, spots
from tests.benchmarks.machine import ROOT
from tests.benchmarks.options import REPORTS, RESULTS
from tests.benchmarks.report import FIGURES, OTHER_PACE, about, report, standing, table
from tests.benchmarks.results import OURS, Outcome, latest, load

_SHOWN_S = 300.0
_DIGITS = 4  # one more than elsewhere: goals were missed by less than the third tells
BEGIN, END = "<!-- benchmark:begin -->", "<!-- benchmark:end -->"


def main(words: Sequence[str] | None = None) -> int:
    """Write all three; 1 where there are no result lines."""
    parser = argparse.ArgumentParser(description="Write the benchmark's report from its result lines.")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--reports", type=Path, default=REPORTS, metavar="DIR")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md", metavar="FILE")
    asked = parser.parse_args(words)
    outcomes = latest(load(asked.results))
    if not outcomes:
        print(f"There are no results in {asked.results} yet: `make bench` and `make bench-peers` measure.")
        return 1
    asked.reports.mkdir(parents=True, exist_ok=True)
    (asked.reports / "benchmark.md").write_text(report(outcomes), encoding="utf-8")
    curves.draw(outcomes, asked.reports / "curves.png")
    text = asked.readme.read_text(encoding="utf-8")
    asked.readme.write_text(replaced(text, block(outcomes)), encoding="utf-8")
    print(f"Written: {asked.reports / 'benchmark.md'}, curves.png beside it, and the block in {asked.readme}.")
    return 0


def replaced(text: str, inside: str) -> str:
    """Return a text with what stands between the two marks exchanged.

    Raises:
        ValueError: a mark is missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The text has no {BEGIN} … {END} to write between.")
    return f"{before}{BEGIN}\n{inside}\n{END}{after}"


def block(outcomes: Sequence[Outcome]) -> str:
    """Return the compact form: the count of better and worse, and a line a dataset with the best peer and our goal.

    The lines are those of the longest budget that the goals are for; all others stand in the report.
    """
    middle = medians(outcomes)
    measured = [(case, budget) for case, budget in spots(middle) if (case.name, OURS, budget) in middle]
    shown = max((budget for _, budget in measured if budget <= _SHOWN_S), default=None)
    rows = [_row(middle, case, budget) for case, budget in measured if budget == shown]
    header = [
        "dataset",
        "score",
        "ours",
        "best other",
        "its name",
        "our ALC",
        "best other ALC",
        "first (s)",
        "goal",
        "reached",
    ]
    report_at = "tests/benchmarks/reports"
    sentences = "\n".join(f"- {sentence}" for sentence in about(outcomes))
    whole = f"All figures of all tools, and other budgets: [benchmark.md]({report_at}/benchmark.md)."
    lines = [] if shown is None else [f"After {shown:g} s:", table(header, rows)]
    return "\n\n".join([sentences, standing(middle), *lines, whole, f"![The curves]({report_at}/curves.png)"])


def _row(middle: Medians, case: Case, budget: float) -> list[str]:
    ours, spot = middle[case.name, OURS, budget], (case.name, budget)
    final, best, name = _against(middle, spot, FINAL, case.metric)
    whole, area, _ = _against(middle, spot, "alc", "alc")
    first = _number(ours.get("first_s"), ".1f")
    return [case.name, FIGURES[case.metric][0], final, best, name, whole, area, first, *_goal(case, budget, ours)]


def _against(middle: Medians, spot: Spot, figure: str, name: str) -> tuple[str, str, str]:
    """Return our figure, marked, and the best of the others with its tool's name; † where paces are not alike."""
    mine = middle[spot[0], OURS, spot[1]].get(name)
    against = {who: middle[spot[0], who, spot[1]] for who in rivals(middle, spot, figure)}
    if not against:
        return _number(mine), OTHER_PACE if others(middle, spot) else _number(None), _number(None)
    best, who = max(((them[name], who) for who, them in against.items() if name in them), default=(None, _number(None)))
    return _marked(mine, best), _number(best), who


def _goal(case: Case, budget: float, ours: Mapping[str, float]) -> list[str]:
    """Return the score that was to be reached, and what was."""
    for goal in GOALS:
        if (goal.case, goal.budget_s) == (case.name, budget) and goal.figure in ours:
            value = ours[goal.figure]
            reached = f"{value:.{_DIGITS}f}" if goal.reached(value) else f"**no**, {value:.{_DIGITS}f}"
            return [f"{FIGURES[goal.figure][0]} {goal.limit:g}", reached]
    return ["", ""]


def _marked(ours: float | None, best: float | None) -> str:
    """Return our figure: bold where it is the best, with a word where it is worse."""
    verdict = compare(ours, best)
    return {1: f"**{_number(ours)}**", 0: _number(ours), -1: f"{_number(ours)} (worse)"}[verdict]


def _number(value: float | None, style: str = ".3f") -> str:
    return "–" if value is None else format(value, style)


if __name__ == "__main__":
    sys.exit(main())
