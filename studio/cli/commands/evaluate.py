"""``autodidact evaluate``: how good a model is on labelled data it has not seen."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.commands.base import Command
from studio.cli.errors import CommandFailed
from studio.cli.models import Trained, add_small, load
from studio.cli.options import existing
from studio.cli.reporters import say
from studio.cli.scores import right, score
from studio.wording import things

if TYPE_CHECKING:
    from engine.arrays import FloatArray
    from engine.dataset import Dataset


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN|FILE.onnx", type=Path, help="a run folder, or an exported ONNX file")
    parser.add_argument("data", metavar="DATA2", type=Path, help="labelled data, like what was learned from")
    add_small(parser)
    parser.add_argument("--json", action="store_true", help="print the numbers as one JSON object")


def _run(options: Namespace) -> None:
    existing(options.data)
    model = load(options.run, options.small)
    notes: list[str] = []
    found = _measure(model, options.data, tell=notes.append if options.json else say)
    if options.json:
        print(json.dumps({**found, "notes": notes}, ensure_ascii=False))
        return
    print(f"Measured on {things(model.task.modality, found['samples'])}:")
    for metric, values in found["scores"].items():
        text = score(metric, values["value"], [values["low"], values["high"]])
        print(f"  {text}; {right(values['value'], found['samples'])}" if metric == "accuracy" else f"  {text}")


def _measure(model: Trained, data: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    from engine.metrics import all_scores, bootstrap
    from labeling.importing import labelled
    from studio.caveats import caveats

    dataset = labelled(data, model.task, tell=tell)
    for sentence in caveats(dataset, model.task):
        tell(sentence)
    dataset, predictions = _answered(model, dataset, tell)
    labels = dataset.labels(model.task)
    scores = {}
    for metric, value in all_scores(model.task, labels, predictions).items():
        interval = bootstrap(metric, labels, predictions)
        scores[metric] = {"value": value, "low": interval.low, "high": interval.high}
    return {"samples": len(dataset), "metric": model.task.metric, "scores": scores}


def _answered(model: Trained, dataset: Dataset, tell: Callable[[str], None]) -> tuple[Dataset, FloatArray]:
    """Return the samples that the model could read, and its answers."""
    from engine.dataset import Dataset
    from studio.cli import unread

    answers = model.predict(dataset)
    found = unread.unread_files(model, dataset, answers)
    if not found:
        return dataset, answers
    tell(unread.told(found, dataset, model.task, "the model is not measured on {them}"))
    read = ~dataset.frame["id"].is_in(list(found))
    if not read.any():
        raise CommandFailed("None of the files could be read, so nothing was measured. Replace them, and try again.")
    return Dataset(dataset.frame.filter(read)), answers[read.to_numpy()]


COMMAND = Command("evaluate", "measure a model on labelled data it has not seen", _arguments, _run)
