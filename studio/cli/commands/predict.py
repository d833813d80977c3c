"""``autodidact predict``: answers for new data, as CSV."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.commands.base import Command
from studio.cli.errors import CommandFailed, UsageError
from studio.cli.models import add_small, load, samples_of
from studio.cli.options import existing
from studio.cli.reporters import say


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="RUN|FILE.onnx", type=Path, help="a run folder, or an exported ONNX file")
    parser.add_argument("data", metavar="DATA2", type=Path, help="files or a table, like what was learned from")
    add_small(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the CSV file to write")


def _run(options: Namespace) -> None:
    existing(options.data)
    out: Path = options.out
    if out.is_dir():
        raise UsageError(f"{out} is a folder. Name the CSV file to write, as in --out {out / 'predictions.csv'}.")
    model = load(options.model, options.small)

    from engine.run.predictions import write_predictions
    from labeling.importing import inputs
    from labeling.understanding import count
    from studio.caveats import caveats
    from studio.cli import unread

    found: dict[str, str] = {}
    dataset = inputs(options.data, model.task, tell=say, unread=found.__setitem__)
    for sentence in caveats(dataset, model.task, samples_of(options.model, model.task)):
        say(sentence)
    answers = model.predict(dataset)
    found |= unread.unread_files(model, dataset, answers)
    if found:
        say(unread.told(found, dataset, model.task, "nothing is predicted for {them}"))
    try:
        write_predictions(out, model.task, dataset.ids, answers, found)
    except OSError as error:
        raise CommandFailed(
            f"{out} cannot be written ({error.strerror or error}). Make room, or choose another place."
        ) from error
    say(f"{count(len(dataset) - len(found), 'prediction')} written to {out}")


COMMAND = Command("predict", "write the model's answers for new data as CSV", _arguments, _run)
