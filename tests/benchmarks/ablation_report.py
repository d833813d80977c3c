"""The ablation's report: a table for each number of samples a class, every way against the plain fine-tune."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from tests.benchmarks.ablation_cells import ALL, EVERY, PLAIN, Cell, Effort, Trial
from tests.benchmarks.report import table

_Trials = Mapping[Cell, Trial]

_INTRODUCTION = """# What holding on to the pretraining brings

Each way was measured against the plain fine-tune from the same beginning (a head fitted to what the pretrained network
sees), on the same samples, in the same order, for as many passes. The samples held out are a fifth of each class of the
train part; a seed chooses them and those learned from. A cell holds the mean accuracy and, in points, the mean
difference to the plain fine-tune of the same seed with its standard error; "over all" takes every pair of a dataset
and a seed as one. Time is that of the steps, as a multiple of the plain fine-tune's. The log-loss is that of sharpened
probabilities, as the engine serves them; less is better. The code is `tests/benchmarks/ablation.py`."""


def report(trials: Sequence[Trial]) -> str:
    """Return the whole report as Markdown."""
    parts = [_INTRODUCTION]
    for device, effort in dict.fromkeys((trial.device, trial.effort) for trial in trials):
        chosen = [trial for trial in trials if (trial.device, trial.effort) == (device, effort)]
        parts += [f"## {device}", _about(chosen, effort)]
        sizes = sorted({trial.cell.per_class for trial in chosen}, key=lambda size: size or math.inf)
        for size in sizes:
            mine = {trial.cell: trial for trial in chosen if trial.cell.per_class == size}
            parts += [f"### {size} samples a class" if size != ALL else "### All samples", comparison(mine)]
    return "\n\n".join(parts) + "\n"


def _about(trials: Sequence[Trial], effort: Effort) -> str:
    commits = sorted({str(trial.machine.get("commit") or "unknown") for trial in trials})
    dates = sorted({str(trial.machine.get("date", ""))[:10] for trial in trials})
    seeds = sorted({trial.cell.seed for trial in trials})
    busy = max(float(trial.machine.get("load_before", 0.0)) for trial in trials)
    least = f" and at least {effort.pictures} pictures" if effort.pictures else ""
    kept = f"the first {effort.frozen} stages as pretrained; " if effort.frozen else ""
    return (
        f"{len(trials)} trainings at {effort.resolution} px, {effort.passes:g} passes{least} each, "
        f"{effort.batch} a step; {kept}seeds {', '.join(map(str, seeds))}; {', '.join(dates)}; load average up to "
        f"{busy:.0f}, so times are rough where that is more than its cores; code at {', '.join(commits)}."
    )


def comparison(trials: _Trials) -> str:
    """Return the table of trials of one size: a line for each way, a column for each dataset."""
    cases = list(dict.fromkeys(cell.case for cell in trials))
    methods = [method for method in EVERY if any(cell.method == method for cell in trials)]
    rows = [[method, *(_cell(trials, case, method) for case in cases), *_overall(trials, method)] for method in methods]
    return table(["way", *cases, "over all", "log-loss over all", "time"], rows)


def _cell(trials: _Trials, case: str, method: str) -> str:
    mine = {cell: trial for cell, trial in trials.items() if cell.case == case}
    values = [trial.figures["accuracy"] for cell, trial in mine.items() if cell.method == method]
    if not values:
        return "–"
    mean = f"{statistics.mean(values):.3f}"
    pairs = differences(mine, method, "accuracy")
    return mean if method == PLAIN or not pairs else f"{mean} ({spread(pairs, 100)})"


def _overall(trials: _Trials, method: str) -> list[str]:
    if method == PLAIN:
        return ["", "", "1.0"]
    ratios = [mine / other for mine, other in _pairs(trials, method, "seconds") if mine > 0 and other > 0]
    return [
        spread(differences(trials, method, "accuracy"), 100),
        spread(differences(trials, method, "log_loss"), 1, ".3f"),
        f"{statistics.median(ratios):.1f}" if ratios else "–",
    ]


def differences(trials: _Trials, method: str, figure: str) -> list[float]:
    """Return by how much a figure differs from the plain fine-tune's of the same dataset, size and seed."""
    return [mine - other for mine, other in _pairs(trials, method, figure)]


def _pairs(trials: _Trials, method: str, figure: str) -> list[tuple[float, float]]:
    pairs = []
    for cell, trial in trials.items():
        plain = trials.get(Cell(cell.case, cell.per_class, cell.seed, PLAIN))
        if cell.method == method and plain is not None:
            pairs.append((trial.figures[figure], plain.figures[figure]))
    return pairs


def spread(values: Sequence[float], scale: float, style: str = ".1f") -> str:
    """Return the mean and its standard error, both times ``scale``.

    >>> spread([0.01, 0.03], 100)
    '+2.0 ± 1.0'
    """
    if not values:
        return "–"
    mean = format(scale * statistics.mean(values), "+" + style)
    if len(values) < 2:
        return mean
    return f"{mean} ± {format(scale * statistics.stdev(values) / math.sqrt(len(values)), style)}"
