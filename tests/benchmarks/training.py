"""Train through the command line, score from outside, export, and compare the export with the model."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from tests.benchmarks import machine, portfolio, serving
from tests.benchmarks.cases import Case
from tests.benchmarks.command import MEGABYTE, Finished, Load, measure
from tests.benchmarks.parts import read_part
from tests.benchmarks.results import OURS, Outcome
from tests.benchmarks.scoring import LONG_S, Moment, Truth, area, first_model, score_curve

_SPARE_S = 120.0
_PARITY_LIMIT_S = 600.0


def autodidact() -> Path:
    """Return the command as it is installed beside this interpreter."""
    return Path(sys.executable).with_name("autodidact")


def command(case: Case, seed: int, data: Path, run: Path, budget_s: float) -> list[str | Path]:
    """Return the words of the training command. No contender keeps a test part of its own, so neither do we."""
    words: list[str | Path] = [autodidact(), "train", data / case.train, "--budget", f"{budget_s:g}s"]
    words += ["--seed", str(seed), "--out", run, "--predict", data / case.test, "--test-fraction", "0"]
    return words + (["--target", case.target] if case.target else [])


def train(case: Case, seed: int, data: Path, run: Path, budget_s: float) -> Outcome:
    """Train one case into the new folder ``run`` and measure it.

    Raises:
        CommandError: the command failed or did not end.
        ValueError: its predictions cannot be scored.
    """
    facts = machine.record(case.modality)
    others = portfolio.without(case.name, run.with_name(f"portfolio-without-{case.name}.json"))
    words = command(case, seed, data, run, budget_s)
    finished = measure(words, budget_s + _SPARE_S, env={**os.environ, **others})
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    curve = score_curve(run / "predictions", truth(case, data), finished.started)
    figures = {
        **common_figures(case, curve, finished, budget_s),
        "active_s": float(result["active_s"]),
        "points": float(len(curve)),
        "size_mb": serving.size_mb(run / "model"),
        "predict_ms": serving.predict_ms(autodidact(), run, case, data),
    }
    notes = {"stopped": str(result["stopped_because"]), "said": _said(result["score"])}
    notes["members"] = ", ".join(f"{member['name']} {member['weight']:.2f}" for member in result["members"])
    outcome = Outcome(case.name, OURS, budget_s, seed, figures, pairs(case, curve), notes, facts)
    outcome = with_load(outcome, finished)
    (run / "benchmark.json").write_text(json.dumps(outcome.machine, indent=1), encoding="utf-8")
    shutil.rmtree(run / "cache", ignore_errors=True)
    return outcome


def truth(case: Case, data: Path) -> Truth:
    """Return the true labels of the test part."""
    return Truth(case.kind, read_part(case, data, "test").truth)


def common_figures(case: Case, curve: list[Moment], finished: Finished, budget_s: float) -> dict[str, float]:
    """Return the figures that every contender has."""
    figures = {
        "alc": area(curve, case.metric, budget_s),
        "alc_long": area(curve, case.metric, LONG_S),
        "wall_s": finished.wall_s,
        "overrun_percent": 100 * (finished.wall_s - budget_s) / budget_s,
        "peak_mb": finished.peak_mb,
        **(curve[-1].scores.metrics if curve else {}),
    }
    first = first_model(curve)
    return figures if first is None else {**figures, "first_s": first}


def pairs(case: Case, curve: list[Moment]) -> tuple[tuple[float, float], ...]:
    """Return the curve of the metric that counts, as it is kept."""
    return tuple((round(moment.seconds, 3), round(moment.scores.metrics[case.metric], 6)) for moment in curve)


def with_load(outcome: Outcome, load: Load) -> Outcome:
    """Add what else the machine did meanwhile, and its pace as the better of before and after."""
    pace = min(float(outcome.machine["reference_ms"]), machine.reference_ms())
    used = {"others_cores": round(load.others_cores, 3), "stolen_cores": round(load.stolen_cores, 3)}
    after = {"load_after": round(psutil.getloadavg()[0], 2), "reference_ms": pace, **used}
    return replace(outcome, machine={**outcome.machine, **after})


def _said(score: dict[str, object]) -> str:
    """Return what the run itself said about its score."""
    which = "test" if score.get("test") is not None else "validation"
    interval = score["test_interval"] if which == "test" else score["interval"]
    bounds = f" [{interval[0]:.3f}, {interval[1]:.3f}]" if isinstance(interval, list) else ""
    value = score[which]
    return f"{which} {score['metric']} {value:.3f}{bounds}" if isinstance(value, float) else "no score"


def parity(case: Case, data: Path, run: Path, out: Path) -> dict[str, float]:
    """Export a run, and return the export's own figures and what its answers differ from the model's on the test data.

    Raises:
        CommandError: a command failed.
    """
    exported = measure([autodidact(), "export", run, "--to", "onnx", "--out", out], _PARITY_LIMIT_S)
    (figures,) = out.glob("*.parity.json")
    report = json.loads(figures.read_text(encoding="utf-8"))
    file = out / report["file"]
    answers = []
    for model, name in ((run, "model.csv"), (file, "onnx.csv")):
        measure([autodidact(), "predict", model, data / case.test, "--out", out / name], _PARITY_LIMIT_S)
        answers.append(_numbers(out / name, case))
    return {
        "parity": float(report["difference"]),
        "parity_samples": float(report["real_samples"]),
        "parity_outside": float(np.abs(answers[0] - answers[1]).max()),
        "parity_outside_samples": float(len(answers[0])),
        "onnx_mb": file.stat().st_size / MEGABYTE,
        "onnx_ms": float(report["milliseconds"]),
        "export_s": exported.wall_s,
    }


def _numbers(predictions: Path, case: Case) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    with predictions.open(newline="", encoding="utf-8") as lines:
        rows = sorted(list(csv.reader(lines))[1:])
    first = 1 if case.kind == "regression" else 2
    return np.array([[float(value) for value in row[first:]] for row in rows])
