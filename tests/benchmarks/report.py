"""The report: medians over seeds, against the numbers to reach and against the peers, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from tests.benchmarks.cases import CASES, GOALS, PEER_CASE, STUDIO, Goal
from tests.benchmarks.training import Outcome

OURS = "autodidact"
FIGURES = {
    "t_first_s": ("first model (s)", ".2f"),
    "first_written_s": ("first answers on disk (s)", ".2f"),
    "active_s": ("active (s)", ".1f"),
    "wall_s": ("whole command (s)", ".1f"),
    "overrun_s": ("over the budget (s)", "+.2f"),
    "peak_mb": ("memory at most (MB)", ".0f"),
    "accuracy": ("test accuracy", ".4f"),
    "nauc": ("test NAUC", ".4f"),
    "alc": ("ALC", ".4f"),
    "points": ("points", ".0f"),
    "parity": ("largest difference, by the export", ".1e"),
    "parity_samples": ("real samples", ".0f"),
    "parity_outside": ("largest difference, from outside", ".1e"),
    "parity_outside_samples": ("test samples", ".0f"),
    "onnx_mb": ("file (MB)", ".2f"),
    "onnx_ms": ("one sample (ms)", ".2f"),
    "export_s": ("export (s)", ".1f"),
    "first_paint_s": ("first paint (s)", ".2f"),
    "drop_s": ("10,000 dropped pictures usable in the grid (s)", ".2f"),
    "drop_stall_ms": ("longest stall while importing and labelling (ms)", ".0f"),
    "grid_s": ("10,000 pictures usable in the grid (s)", ".2f"),
    "stall_ms": ("longest stall while training (ms)", ".0f"),
    "stall_own_ms": ("of that, computing (ms)", ".0f"),
    "stalls": ("stalls over 100 ms", ".0f"),
    "import_s": ("import of 10,000 pictures (s)", ".1f"),
    "jump_s": ("jump to the last pictures (s)", ".2f"),
}
_TRAINING = ("t_first_s", "first_written_s", "active_s", "overrun_s", "peak_mb", "accuracy", "nauc", "alc", "points")
_EXPORT = ("parity", "parity_samples", "parity_outside", "parity_outside_samples", "onnx_mb", "onnx_ms", "export_s")
_STUDIO = (
    "first_paint_s",
    "import_s",
    "drop_s",
    "drop_stall_ms",
    "grid_s",
    "jump_s",
    "stall_ms",
    "stall_own_ms",
    "stalls",
)
_PEERS = ("nauc", "accuracy", "alc", "first_written_s", "wall_s", "peak_mb")

Medians = Mapping[tuple[str, str], Mapping[str, float]]


def report(outcomes: Sequence[Outcome], studio: Mapping[str, float], about: Iterable[str]) -> str:
    """Return the whole report. ``about`` are sentences on the machine and the way of measuring."""
    middle = medians(outcomes)
    parts = ["# Benchmark", "\n".join(f"- {sentence}" for sentence in about)]
    parts += ["## Numbers to reach", _goals(middle, studio)] if _goal_rows(middle, studio) else []
    ours = {case: figures for (case, contender), figures in middle.items() if contender == OURS}
    if ours:
        parts += ["## Training", _training(ours, outcomes), _words(outcomes)]
    if any("parity" in figures for figures in ours.values()):
        exported = [[case, *cells(figures, _EXPORT)] for case, figures in ours.items() if "parity" in figures]
        parts += ["## Export to ONNX", table(["dataset", *titles(_EXPORT)], exported)]
    if any(contender != OURS for _, contender in middle):
        parts += [f"## Beside other tools on {PEER_CASE}", _peers(middle)]
    if studio:
        parts += ["## Studio", table(titles(_STUDIO), [cells(studio, _STUDIO)])]
    return "\n\n".join(parts) + "\n"


def medians(outcomes: Sequence[Outcome]) -> Medians:
    """Return the median of each figure over seeds, by case and contender."""
    gathered: dict[tuple[str, str], dict[str, list[float]]] = {}
    for outcome in outcomes:
        figures = gathered.setdefault((outcome.case, outcome.contender), {})
        for name, value in outcome.figures.items():
            figures.setdefault(name, []).append(value)
    return {key: {name: median(values) for name, values in figures.items()} for key, figures in gathered.items()}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def titles(names: Iterable[str]) -> list[str]:
    """Return the column titles of figures."""
    return [FIGURES[name][0] for name in names]


def cells(figures: Mapping[str, float], names: Sequence[str]) -> list[str]:
    """Return figures as they are written; what was not measured is a dash."""
    return [format(figures[name], FIGURES[name][1]) if name in figures else "–" for name in names]


def _goal_rows(middle: Medians, studio: Mapping[str, float]) -> list[tuple[Goal, float]]:
    rows = []
    for goal in GOALS:
        figures = studio if goal.case == STUDIO else middle.get((goal.case, OURS), {})
        if goal.figure in figures:
            rows.append((goal, figures[goal.figure]))
    return rows


def _goals(middle: Medians, studio: Mapping[str, float]) -> str:
    rows = []
    for goal, value in _goal_rows(middle, studio):
        title, style = FIGURES[goal.figure]
        sign = "≤" if goal.at_most else "≥"
        reached = "yes" if goal.reached(value) else "**no**"
        rows.append(
            [goal.case, title, f"{sign} {goal.limit:g}", format(value, style), f"{value / goal.limit:.2f}", reached]
        )
    return table(["of", "figure", "goal", "measured", "measured / goal", "reached"], rows)


def _training(ours: Mapping[str, Mapping[str, float]], outcomes: Sequence[Outcome]) -> str:
    budgets = {case.name: str(case.budget_s) for case in CASES}
    seeds = {case: sum(1 for outcome in outcomes if (outcome.case, outcome.contender) == (case, OURS)) for case in ours}
    rows = [[case, budgets[case], str(seeds[case]), *cells(figures, _TRAINING)] for case, figures in ours.items()]
    return table(["dataset", "budget (s)", "runs", *titles(_TRAINING)], rows)


def _words(outcomes: Sequence[Outcome]) -> str:
    lines = []
    for outcome in outcomes:
        if outcome.contender == OURS:
            words = "; ".join(f"{name}: {text}" for name, text in outcome.notes.items())
            scores = f"accuracy {outcome.figures['accuracy']:.4f}, NAUC {outcome.figures['nauc']:.4f}"
            lines.append(f"- {outcome.case}, seed {outcome.seed}: {scores}; {words}")
    return "\n".join(lines)


def _peers(middle: Medians) -> str:
    ours = middle.get((PEER_CASE, OURS), {})
    rows = []
    for (case, contender), figures in middle.items():
        if case == PEER_CASE:
            ratios = [f"{ours[name] / figures[name]:.4f}" if ours else "–" for name in ("nauc", "alc")]
            rows.append([contender, *cells(figures, _PEERS), *ratios])
    return table(["tool", *titles(_PEERS), "our NAUC / its", "our ALC / its"], rows)
