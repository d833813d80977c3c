"""``result.json``: what a run came to, written once, at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.curve import Point, alc
from engine.run.folder import RunFolder
from engine.worker.serving import Server

FORMAT = 1


def final_result(
    run: RunFolder, server: Server, curve: Sequence[Point], notes: Sequence[str], reason: str
) -> dict[str, Any]:
    """Score what is served on the untouched part and put all facts together.

    ``alc`` is the area under the learning curve (spec 1.1) with the run's budget as its end; the test part's curve is
    computed here, once. A discarded run keeps its facts but has no score.
    """
    task, total = run.task, run.options.budget_s
    n_train, n_test = server.sizes
    result: dict[str, Any] = {
        "format": FORMAT,
        "task": {key: task.to_json()[key] for key in ("modality", "kind", "classes", "metric", "target")},
        "budget_s": total,
        "active_s": 0.0,
        "t_first_s": next((point.active_s for point in curve if point.learner != "constant"), None),
        "stopped_because": reason,
        "n_train": n_train,
        "n_test": n_test,
        "notes": list(notes),
        "curve": [{"active_s": p.active_s, "score": p.score, "learner": p.learner} for p in curve],
    }
    if server.served is None:
        return {**result, "score": None, "scores": None, "alc": None, "members": []}
    validation, test = server.validation_scores(), server.test_scores()
    areas = {
        "validation": alc(curve, total),
        "test": alc(server.test_curve(curve), total) if test else None,
    }
    members = [{"name": name, "weight": weight} for name, weight in server.served.lineup.weights.items()]
    scores = {"validation": validation, "test": test}
    return {**result, "score": _headline(task.metric, scores), "scores": scores, "alc": areas, "members": members}


def _headline(metric: str, scores: dict[str, Any]) -> dict[str, Any]:
    validation, test = scores["validation"].get(metric), (scores["test"] or {}).get(metric)
    return {
        "metric": metric,
        "validation": validation and validation["value"],
        "interval": validation and [validation["low"], validation["high"]],
        "test": test and test["value"],
        "test_interval": test and [test["low"], test["high"]],
    }
