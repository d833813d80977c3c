"""The report: medians over seeds, against the numbers to reach and against the peers, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.benchmarks.cases import GOALS, MODALITIES, STUDIO, Case, Goal
from tests.benchmarks.comparing import (
    FINAL,
    Medians,
    comparable,
    compare,
    medians,
    others,
    rivals,
    spots,
    tally,
    verdicts,
)
from tests.benchmarks.gaps import gaps
from tests.benchmarks.results import OURS, Outcome

FIGURES = {
    "first_s": ("first answers (s)", ".2f"),
    "active_s": ("active (s)", ".1f"),
    "wall_s": ("whole command (s)", ".1f"),
    "overrun_percent": ("over the budget (%)", "+.1f"),
    "peak_mb": ("memory at most (MB)", ".0f"),
    "size_mb": ("model on disk (MB)", ".1f"),
    "predict_ms": ("a prediction (ms)", ".2f"),
    "accuracy": ("accuracy", ".3f"),
    "nauc": ("NAUC", ".3f"),
    "exact": ("all classes right", ".3f"),
    "r2": ("R²", ".3f"),
    "mae": ("mean error", ".0f"),
    "alc": ("ALC", ".3f"),
    "alc_long": ("ALC to 1200 s", ".3f"),
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
_COSTS = ("first_s", "overrun_percent", "peak_mb", "size_mb", "predict_ms")
_EXPORT = ("parity", "parity_samples", "parity_outside", "parity_outside_samples", "onnx_mb", "onnx_ms", "export_s")
_WORSE = " (worse)"
OTHER_PACE = "†"


def report(outcomes: Sequence[Outcome]) -> str:
    """Return the whole report on result lines, of which there is one for each thing measured."""
    middle = medians(outcomes)
    parts = ["# Benchmark", "\n".join(f"- {sentence}" for sentence in about(outcomes)), "![The curves](curves.png)"]
    parts += ["## In short", standing(middle)]
    goals = _goals(middle)
    parts += ["## Numbers to reach", goals] if goals else []
    for modality in MODALITIES:
        chosen = [spot for spot in spots(middle) if spot[0].modality == modality]
        if chosen:
            parts.append(f"## {modality.capitalize()}")
        for case, budget in chosen:
            parts += [f"### {case.name}, {budget:g} s", comparison(middle, case, budget)]
    exported = {key: figures for key, figures in middle.items() if "parity" in figures}
    if exported:
        rows = [[case, f"{budget:g}", *cells(exported[case, who, budget], _EXPORT)] for case, who, budget in exported]
        parts += ["## Export to ONNX", table(["dataset", "budget (s)", *titles(_EXPORT)], rows)]
    for (case_name, _, _), figures in middle.items():
        if case_name == STUDIO and figures:
            told = [name for name in FIGURES if name in figures]
            parts += ["## Studio", table(titles(told), [cells(figures, told)])]
    return "\n\n".join([*parts, "## Every run of ours", _words(outcomes)]) + "\n"


def _machine(facts: Mapping[str, Any]) -> str:
    there = facts.get("cores_there", facts["cores"])
    cores = f"{facts['cores']} cores" if there == facts["cores"] else f"{facts['cores']} of {there} cores"
    return f"{facts['cpu']}, {cores}"


def _commit(facts: Mapping[str, Any]) -> str:
    """Return the commit; of early lines the mark of changes tells only that reports had been written."""
    commit = str(facts["commit"])
    return commit if "dirty" in str(facts.get("engine", "dirty")) else commit.removesuffix("-dirty")


def about(outcomes: Sequence[Outcome]) -> list[str]:
    """Return sentences on when, where and how this was measured."""
    machines = sorted({_machine(o.machine) for o in outcomes if "cpu" in o.machine})
    dates = sorted({str(o.machine["date"])[:10] for o in outcomes if "date" in o.machine})
    ours = sorted({_commit(o.machine) for o in outcomes if o.contender == OURS and "commit" in o.machine})
    loaded = [f"{o.case} {o.budget_s:g} s seed {o.seed} {o.contender}" for o in outcomes if o.loaded]
    failed = [f"{o.case} {o.budget_s:g} s seed {o.seed} {o.contender}" for o in outcomes if "failed" in o.notes]
    sentences = [
        f"Measured on {', '.join(machines) or 'no machine yet'}; {' to '.join(dict.fromkeys(dates[:1] + dates[-1:]))}; "
        f"our code at {', '.join(ours) or 'no commit yet'}.",
        "Medians over seeds, for each dataset those of one state of our code, the newest measured with three seeds or "
        "else with the most, and of the newest way of running each other tool. Of memory and overrun the most. Scores "
        "are the outside scorer's, on test parts whose labels no contender uses. ALC is the area under the test score "
        "over log time (t0 = 60 s) to the end of the budget, and again to 1200 s, where answers given after the budget "
        "count too. A tool without a curve has one point, when its answers were written; so one that uses its whole "
        "budget and a little more has an ALC of 0.",
        "Better and worse compare medians; differences below 0.0005 are level.",
    ]
    sentences += [*_paces(outcomes), *gaps(outcomes)]
    if loaded:
        sentences.append(
            f"**Measured while other programs, or other machines of the host, were busy:** {'; '.join(loaded)}."
        )
    apart = _apart(medians(outcomes))
    if apart:
        sentences.append(f"**Not compared (†), ours being from a machine of another pace:** {'; '.join(apart)}.")
    if failed:
        sentences.append(f"**Failed:** {'; '.join(failed)}.")
    return sentences


def _apart(middle: Medians) -> list[str]:
    """Return where ours is compared with nobody, or in its last score alone, since paces of machines differ."""
    found = []
    for case, budget in spots(middle):
        who, spot = others(middle, (case.name, budget)), (case.name, budget)
        if who and not rivals(middle, spot, "alc"):
            found.append(f"{case.name} {budget:g} s" + (" (ALC alone)" if rivals(middle, spot, FINAL) else ""))
    return found


def _paces(outcomes: Sequence[Outcome]) -> list[str]:
    """Return for each budget how many seeds there are of ours and of the others, and how quick their machines were."""
    learned = [outcome for outcome in outcomes if outcome.case != STUDIO and outcome.figures]
    sentences = []
    for budget in sorted({outcome.budget_s for outcome in learned}):
        chosen = [outcome for outcome in learned if outcome.budget_s == budget]
        sides = {"ours": [one for one in chosen if one.contender == OURS]}
        sides["the others"] = [one for one in chosen if one.contender != OURS]
        told = [f"of {who}, {_seeds(lines)}" for who, lines in sides.items() if lines]
        sentences.append(f"{budget:g} s: {'; '.join(told)}.")
    return sentences


def _seeds(lines: Sequence[Outcome]) -> str:
    """Return in words how many seeds each thing has, on which processors, and how long a fixed piece of work took."""
    counts = list(Counter((line.case, line.contender) for line in lines).values())
    least = min(counts)
    seeds = " to ".join(str(count) for count in dict.fromkeys((least, max(counts))))
    seeds = f"{seeds} {'seed' if seeds == '1' else 'seeds'}"
    if least < max(counts):
        seeds += f" ({least} for {counts.count(least)} of {len(counts)})"
    paces = [float(line.machine["reference_ms"]) for line in lines if "reference_ms" in line.machine]
    pace = f"{min(paces):.1f} to {max(paces):.1f} ms" if paces else "not measured"
    processors = " or ".join(sorted({str(line.machine["cpu"]) for line in lines if "cpu" in line.machine}))
    where = f" on {processors}" if processors else ""
    return f"{seeds}{where}, a fixed piece of work on one core {pace}"


def standing(middle: Medians) -> str:
    """Return one line a budget: how often we were better than the best peer, and where we were not."""
    compared = [(case, budget) for case, budget in spots(middle) if rivals(middle, (case.name, budget), FINAL)]
    if not compared:
        return "No other tool has been measured on this version yet: `make bench-peers` does that."
    rows = []
    for budget in sorted({budget for _, budget in compared}):
        chosen = [spot for spot in compared if spot[1] == budget]
        worse = _worse(middle, chosen)
        counts = [str(tally(verdicts(middle, figure, chosen))) for figure in ("alc", "alc_long", FINAL)]
        rows.append([f"{budget:g}", *counts, ", ".join(worse) or "–"])
    header = ["budget (s)", "ALC", "ALC to 1200 s", "last score", "worse in the last score on"]
    return table(header, rows)


def _worse(middle: Medians, chosen: Sequence[tuple[Case, float]]) -> list[str]:
    return [spot[0].name for spot in chosen if verdicts(middle, FINAL, [spot]) == [-1]]


def comparison(middle: Medians, case: Case, budget: float) -> str:
    """Return a table of all contenders at one spot, with what ours is of each of theirs."""
    scores = ["alc", "alc_long", *_metrics(case)]
    ours = middle.get((case.name, OURS, budget), {})
    rows = []
    for who in (OURS, *others(middle, (case.name, budget))):
        figures = middle.get((case.name, who, budget))
        if figures is None:
            continue
        ratios = [
            _ratio(ours, figures, name) if comparable(middle, (case.name, budget), who, figure) else OTHER_PACE
            for name, figure in (("alc", "alc"), (case.metric, FINAL))
        ]
        ratios = ["", ""] if who == OURS else ratios
        rows.append([who, *cells(figures, [*scores, *_COSTS]), *ratios])
    last = ["our ALC / its", f"our {FIGURES[case.metric][0]} / its"]
    return table(["tool", *titles([*scores, *_COSTS]), *last], rows)


def _metrics(case: Case) -> list[str]:
    return {"regression": ["r2", "mae"], "multilabel": ["nauc", "exact"]}.get(case.kind, ["nauc", "accuracy"])


def _ratio(ours: Mapping[str, float], theirs: Mapping[str, float], name: str) -> str:
    mine, other = ours.get(name), theirs.get(name)
    if not ours:
        return "–"
    mark = _WORSE if compare(mine, other) < 0 else ""
    return (f"{mine / other:.3f}" if mine is not None and other else "–") + mark


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


def goal_rows(middle: Medians) -> list[tuple[Goal, float, float]]:
    """Return each goal with the budget and the value measured, where there is one."""
    return [
        (goal, budget, figures[goal.figure])
        for goal in GOALS
        for (case, who, budget), figures in middle.items()
        if who == OURS and case == goal.case and goal.figure in figures and goal.budget_s in (None, budget)
    ]


def _goals(middle: Medians) -> str:
    rows = []
    for goal, budget, value in goal_rows(middle):
        title, style = FIGURES[goal.figure]
        sign = "≤" if goal.at_most else "≥"
        reached = "yes" if goal.reached(value) else "**no**"
        measured, share = format(value, style), f"{value / goal.limit:.2f}"
        rows.append([goal.case, f"{budget:g}", title, f"{sign} {goal.limit:g}", measured, share, reached])
    header = ["of", "budget (s)", "figure", "goal", "measured", "measured / goal", "reached"]
    return table(header, rows) if rows else ""


def _words(outcomes: Sequence[Outcome]) -> str:
    lines = []
    for outcome in outcomes:
        if outcome.contender == OURS and outcome.case != STUDIO:
            words = "; ".join(f"{name}: {text}" for name, text in outcome.notes.items())
            lines.append(f"- {outcome.case}, {outcome.budget_s:g} s, seed {outcome.seed}: {words}")
    return "\n".join(lines) or "None yet."
