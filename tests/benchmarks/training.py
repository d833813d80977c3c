"""Train through the command line, score from outside, export, and compare the export with the model."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.benchmarks.cases import Case
from tests.benchmarks.command import MEGABYTE, measure
from tests.benchmarks.scoring import Moment, area, score_curve, true_labels

_SPARE_S = 120.0
_PARITY_LIMIT_S = 600.0


@dataclass(frozen=True)
class Outcome:
    """One run of one contender: ``figures`` by name (see README.md), its curve, and words about it."""

    case: str
    contender: str
    seed: int
    figures: dict[str, float]
    curve: list[Moment] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


def autodidact() -> Path:
    """Return the command as it is installed beside this interpreter."""
    return Path(sys.executable).with_name("autodidact")


def train(case: Case, seed: int, data: Path, run: Path, budget_s: float) -> Outcome:
    """Train one case into the new folder ``run`` and measure it.

    Raises:
        CommandError: the command failed or did not end.
    """
    train_data, test_data = data / case.train, data / case.test
    words: list[str | Path] = [
        autodidact(),
        "train",
        train_data,
        "--budget",
        f"{budget_s:g}s",
        "--seed",
        str(seed),
        "--out",
        run,
    ]
    words += ["--predict", test_data, *case.train_options]
    words += ["--target", case.target] if case.target else []
    finished = measure(words, budget_s + _SPARE_S)
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    curve = score_curve(run / "predictions", true_labels(test_data, case.target))
    # The class shares, the same for every sample, rank nothing (NAUC 0): no model yet.
    first = next((moment for moment in curve if moment.scores.nauc != 0), curve[-1])
    first_file = run / "predictions" / f"{round(1000 * first.seconds)}.csv"
    figures = {
        "t_first_s": float(result["t_first_s"]),
        "first_written_s": first_file.stat().st_mtime - finished.started,
        "active_s": float(result["active_s"]),
        "wall_s": finished.wall_s,
        "overrun_s": finished.wall_s - budget_s,
        "peak_mb": finished.peak_mb,
        "accuracy": curve[-1].scores.accuracy,
        "nauc": curve[-1].scores.nauc,
        "alc": area(curve),
        "points": float(len(curve)),
    }
    notes = {"stopped": str(result["stopped_because"]), "said": _said(result["score"])}
    notes["members"] = ", ".join(f"{member['name']} {member['weight']:.2f}" for member in result["members"])
    return Outcome(case.name, "autodidact", seed, figures, curve, notes)


def _said(score: dict[str, object]) -> str:
    """Return what the run itself said about its score."""
    which = "test" if score.get("test") is not None else "validation"
    interval = score["test_interval"] if which == "test" else score["interval"]
    bounds = f" [{interval[0]:.3f}, {interval[1]:.3f}]" if isinstance(interval, list) else ""
    return f"{which} {score['metric']} {score[which]:.3f}{bounds}"


def parity(case: Case, data: Path, run: Path, out: Path) -> dict[str, float]:
    """Export a run, and return the export's own figures and what its answers differ from the model's on the test data.

    Raises:
        CommandError: a command failed.
    """
    exported = measure([autodidact(), "export", run, "--to", "onnx", "--out", out], _PARITY_LIMIT_S)
    report = json.loads((out / "parity.json").read_text(encoding="utf-8"))
    file = out / report["file"]
    answers = []
    for model, name in ((run, "model.csv"), (file, "onnx.csv")):
        measure([autodidact(), "predict", model, data / case.test, "--out", out / name], _PARITY_LIMIT_S)
        answers.append(_probabilities(out / name))
    return {
        "parity": float(report["difference"]),
        "parity_samples": float(report["real_samples"]),
        "parity_outside": float(np.abs(answers[0] - answers[1]).max()),
        "parity_outside_samples": float(len(answers[0])),
        "onnx_mb": file.stat().st_size / MEGABYTE,
        "onnx_ms": float(report["milliseconds"]),
        "export_s": exported.wall_s,
    }


def _probabilities(predictions: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    with predictions.open(newline="", encoding="utf-8") as lines:
        rows = sorted(list(csv.reader(lines))[1:])
    return np.array([[float(value) for value in row[2:]] for row in rows])
