"""``autodidact evaluate``: how good a model is on labelled data it has not seen."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.cli.commands.base import Command
from studio.cli.models import Trained, add_small, load
from studio.cli.options import existing
from studio.cli.reporters import say
from studio.cli.scores import right, score
from studio.wording import things


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN|FILE.onnx", type=Path, help="a run folder, or an exported ONNX file")
    parser.add_argument("data", metavar="DATA2", type=Path, help="labelled data, like what was learned from")
    add_small(parser)
    parser.add_argument("--json", action="store_true", help="print the numbers as one JSON object")


def _run(options: Namespace) -> None:
    existing(options.data)
    model = load(options.run, options.small)
    found = _measure(model, options.data, tell=None if options.json else say)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(f"Measured on {things(model.task.modality, found['samples'])}:")
    for metric, values in found["scores"].items():
        text = score(metric, values["value"], [values["low"], values["high"]])
        print(f"  {text}; {right(values['value'], found['samples'])}" if metric == "accuracy" else f"  {text}")


def _measure(model: Trained, data: Path, tell: Callable[[str], None] | None) -> dict[str, Any]:
    from engine.metrics import all_scores, bootstrap
    from labeling.importing import labelled

    dataset = labelled(data, model.task, tell=tell)
    labels, predictions = dataset.labels(model.task), model.predict(dataset)
    scores = {}
    for metric, value in all_scores(model.task, labels, predictions).items():
        interval = bootstrap(metric, labels, predictions)
        scores[metric] = {"value": value, "low": interval.low, "high": interval.high}
    return {"samples": len(dataset), "metric": model.task.metric, "scores": scores}


COMMAND = Command("evaluate", "measure a model on labelled data it has not seen", _arguments, _run)
