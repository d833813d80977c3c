"""Figures of exported models, each with its goal, kept as lines and shown as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "reports" / "exports.jsonl"
REPORT = RESULTS.with_suffix(".md")

Goal = float | str | None
"""The most a value may be; ``">= 1.5"`` for the least; None for a value without a goal."""

Figure = tuple[str, Goal, float]
"""What was measured, its goal, and its value."""

_AT_LEAST = ">="


def kept(figure: Figure) -> bool:
    """Return whether a figure reaches its goal.

    >>> kept(("seconds", 3.0, 2.9)), kept(("times as fast", ">= 1.5", 1.4)), kept(("rows", None, 7.0))
    (True, False, True)
    """
    _, goal, value = figure
    if goal is None:
        return True
    if isinstance(goal, str):
        return value >= float(goal.removeprefix(_AT_LEAST))
    return value <= goal


def line(figure: Figure) -> str:
    """Return a line of a table."""
    name, goal, value = figure
    verdict = "" if goal is None else "yes" if kept(figure) else "**no**"
    return f"| {name} | {_shown(value)} | {_bound(goal)} | {verdict} |"


def keep(part: str, figures: Sequence[Figure], about: Mapping[str, Any], path: Path = RESULTS) -> None:
    """Append what a part measured, with facts about the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"part": part, "figures": figures, "about": about}, ensure_ascii=False) + "\n")


def newest(path: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """Return the newest line of each part."""
    if not path.is_file():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {entry["part"]: entry for entry in lines}


def report(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the newest figures of all parts as Markdown."""
    parts = ["# Exported models, measured", "", "`make bench-export` measures these again."]
    for part, entry in sorted(found.items()):
        about = entry["about"]
        parts += [
            "",
            f"## {part}",
            "",
            f"{about['date']}, {about['cores']} cores of {about['cpu']}, load before {about['load_before']}, commit "
            f"{about['commit']}.",
            "",
            "| figure | measured | goal | reached |",
            "| --- | --- | --- | --- |",
            *(line((name, goal, value)) for name, goal, value in entry["figures"]),
        ]
    return "\n".join([*parts, ""])


def _bound(goal: Goal) -> str:
    if goal is None:
        return ""
    return f"≥ {goal.removeprefix(_AT_LEAST).strip()}" if isinstance(goal, str) else f"≤ {_shown(goal)}"


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
