"""``result.json``: what a run came to, written once, at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.computer import described as computer
from engine.curve import Point, alc
from engine.run.folder import RunFolder
from engine.scheduler.stopping import enough
from engine.worker.serving import Server

FORMAT = 1


def bare_result(run: RunFolder, notes: Sequence[str], reason: str) -> dict[str, Any]:
    """Return the result of a run that came to nothing: no curve, no score. ``computer`` is what it was made with."""
    described = run.task.to_json()
    return {
        "format": FORMAT,
        "task": {key: described[key] for key in ("modality", "kind", "classes", "metric", "target")},
        "budget_s": run.options.budget_s,
        "active_s": 0.0,
        "t_first_s": None,
        "enough_s": None,
        "stopped_because": reason,
        "notes": list(notes),
        "curve": [],
        "score": None,
        "scores": None,
        "alc": None,
        "members": [],
        "ms_per_sample": None,
        "size_bytes": None,
        "small": None,
        "computer": computer(),
    }


def final_result(
    run: RunFolder, server: Server, curve: Sequence[Point], notes: Sequence[str], reason: str
) -> dict[str, Any]:
    """Score what is served on the untouched part and put all facts together.

    ``enough_s`` is the moment at which 99% of what was gained stood, ``n_checked`` on how many samples the validation
    scores rest: large networks are checked on a part only.
    ``alc`` is the area under the learning curve (spec 1.1) with the run's budget as its end; the test part's curve is
    computed here, once. ``ms_per_sample`` is what an answer takes on this computer, asked one by one and together;
    ``small`` describes the model in ``small/``. A discarded run keeps its facts but has no score.
    """
    n_train, n_test = server.sizes
    result = bare_result(run, notes, reason) | {
        "t_first_s": next((point.active_s for point in curve if point.learner != "constant"), None),
        "enough_s": enough(curve) if curve else None,
        "n_train": n_train,
        "n_test": n_test,
        "curve": [{"active_s": p.active_s, "score": p.score, "learner": p.learner} for p in curve],
    }
    if server.served is None:
        return result
    total, scores = run.options.budget_s, {"validation": server.validation_scores(), "test": server.test_scores()}
    test_area = alc(server.test_curve(curve), total) if scores["test"] else None
    members = [{"name": name, "weight": weight} for name, weight in server.served.lineup.weights.items()]
    return result | {
        "score": _headline(run.task.metric, scores),
        "scores": scores,
        "n_checked": server.rows_checked,
        "alc": {"validation": alc(curve, total), "test": test_area},
        "members": members,
        **server.served.facts,
        "small": _small(run.task.metric, server.small_facts()),
    }


def _small(metric: str, facts: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if facts is None else {**facts, "score": _headline(metric, facts["scores"])}


def _headline(metric: str, scores: dict[str, Any]) -> dict[str, Any]:
    validation, test = scores["validation"].get(metric), (scores["test"] or {}).get(metric)
    return {
        "metric": metric,
        "validation": validation and validation["value"],
        "interval": validation and [validation["low"], validation["high"]],
        "test": test and test["value"],
        "test_interval": test and [test["low"], test["high"]],
    }
