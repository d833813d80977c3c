"""``autodidact predict``: answers for new data, as CSV."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.commands.base import Command
from studio.cli.models import load
from studio.cli.options import existing


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="RUN|FILE.onnx", type=Path, help="a run folder, or an exported ONNX file")
    parser.add_argument("data", metavar="DATA2", type=Path, help="a folder of pictures, or a table")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the CSV file to write")


def _run(options: Namespace) -> None:
    existing(options.data)
    model = load(options.model)

    from engine.run.predictions import write_predictions
    from labeling.importing import inputs

    dataset = inputs(options.data, model.task, tell=print)
    write_predictions(options.out, model.task, dataset.ids, model.predict(dataset))
    print(f"{len(dataset)} predictions are in {options.out}")


COMMAND = Command("predict", "write the model's answers for new data as CSV", _arguments, _run)
