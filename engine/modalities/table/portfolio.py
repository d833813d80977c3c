"""Which table learners are tried, in which order, with which settings.

The settings were chosen by cross-validation inside the train parts of four tables (two of classes, two of prices):
shallow trees with half of the columns each beat LightGBM's own settings on all but the smallest, where they tie;
the smallest trees gain by the mean target of values of large categories, larger ones lose; smoothing and randomised
splits add most to a mean; straight lines are the best single model below a thousand rows.
Lines and forests come early where rows are few, and late where they cost more than they bring. Networks cost most, and
come early only for many numbers to be guessed, where they are the best single model. The time that is left goes to a
search around the settings that are known to be good.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.modalities.portfolio import Entry
from engine.task import Kind, Task

_FIRST_CELLS = 60_000
_FIRST_ROUNDS = 40
_MANY_CELLS = 250_000
_FEW_ROUNDS = 5
_ROUNDS = 3000
_REPEATS = 4
_TINY, _SMALL = 1000, 5000  # rows
_FEW_LEAVES = 8
_MOST_CLASSES = 100  # beyond, the networks' heads would outweigh all else

_SIXTEEN = {"learning_rate": 0.05, "num_leaves": 16, "feature_fraction": 0.6}
_SMOOTH_CATEGORIES = {"cat_smooth": 50, "cat_l2": 30, "max_cat_threshold": 16}
_EIGHT = {
    "learning_rate": 0.08,
    "num_leaves": 8,
    "feature_fraction": 0.5,
    "min_data_in_leaf": 10,
    **_SMOOTH_CATEGORIES,
}
_SMOOTH = {
    "learning_rate": 0.06,
    "num_leaves": 24,
    "feature_fraction": 0.5,
    "path_smooth": 10,
    "cat_smooth": 30,
}
_RANDOM = {"learning_rate": 0.05, "num_leaves": 40, "feature_fraction": 0.7, "extra_trees": True}
_SIX = {
    "learning_rate": 0.05,
    "num_leaves": 6,
    "feature_fraction": 0.4,
    "lambda_l2": 3,
    "min_data_in_leaf": 5,
    "min_data_per_group": 30,
}

_SEARCH = {"starts": (_SMOOTH, _EIGHT, _SIX, _SIXTEEN, _RANDOM), "seed": 17}


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the learners for a table of ``size`` training rows; all but the network work on the processor."""
    lines = Entry("Linear", "table.linear", {"knots": 0 if size < _TINY else 12})
    forest = Entry("ExtraTrees", "table.extra_trees", {"trees": 60, "leaf": 3, "columns": 0.5})
    strong = (_bag("LightGBM, small trees", _EIGHT), _bag("LightGBM, smoothed", _SMOOTH))
    varied = (_bag("LightGBM, random splits", _RANDOM), _bag("LightGBM, smallest trees", _SIX))
    if task.outputs > _MOST_CLASSES:  # a round of boosting would grow so many trees that no slice could hold it
        return (replace(forest, first_slice=1.0), lines)
    growing = Entry("LightGBM, growing", "table.lightgbm", _growing(task, size), first_slice=0.5)
    bag = _bag("LightGBM", _SIXTEEN)
    network = Entry("Network", "table.network", {"epochs": 20})
    search = Entry("LightGBM, searched", "table.search", _SEARCH)
    order: tuple[Entry, ...]
    if size < _SMALL:
        order = (growing, lines, forest, bag, *strong, *varied, network)
    elif task.kind is Kind.REGRESSION:
        order = (growing, bag, *strong, network, *varied, lines, forest)
    else:
        order = (growing, bag, *strong, lines, *_again(1), forest, *varied, search, network)
    if task.kind is Kind.REGRESSION:
        order = (*order, _bag("LightGBM, target as it is", _SIXTEEN, logarithm=False))
    order = order if search in order else (*order, search)
    names = {entry.name for entry in order}
    repeats = (entry for turn in range(1, _REPEATS + 1) for entry in _again(turn) if entry.name not in names)
    return (*order, *repeats)


def _growing(task: Task, size: int) -> dict[str, Any]:
    """Return two stages: a few thousand rows checked on one fold (small tables: all rows and folds), then all.

    A small table of very many columns is looked at after few rounds, since each of them takes long.
    """
    rows = max(500, min(3000, _FIRST_CELLS // max(1, len(task.columns))))
    rounds = max(10, _FIRST_ROUNDS * 2 // max(2, task.outputs))
    step = rounds if size * len(task.columns) <= _MANY_CELLS else _FEW_ROUNDS
    first = {"rounds": rounds, "step": step} if size <= rows else {"rounds": rounds, "rows": rows, "folds": 1}
    params = {"learning_rate": 0.1, "num_leaves": 16, "feature_fraction": 0.6}
    return {"stages": [first, {"rounds": 2 * rounds}], "params": params}


def _bag(name: str, params: dict[str, Any], seed: int = 0, logarithm: bool = True) -> Entry:
    means = int(params["num_leaves"]) <= _FEW_LEAVES  # few leaves part few values from others
    stages = [{"rounds": _ROUNDS}]
    settings = {"stages": stages, "params": params, "seed": seed, "logarithm": logarithm, "means": means}
    return Entry(name, "table.lightgbm", settings)


def _again(turn: int) -> tuple[Entry, ...]:
    """Return the strongest bags once more with another seed: a small gain each, for time that is left."""
    first = (("LightGBM, small trees", _EIGHT), ("LightGBM, smoothed", _SMOOTH))
    return tuple(replace(_bag(f"{name}, again {turn}", params, turn), after=(name,)) for name, params in first)
