"""``autodidact train``: from data to a model, within a time budget."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.budget import awake
from engine.device import DEVICES
from engine.search import asked as strategies
from engine.transfer.asked import AUTO, WORDS
from studio.cli.commands.base import Command
from studio.cli.errors import UsageError
from studio.cli.follow import follow
from studio.cli.intake import KINDS, Intake, columns_options, take_in
from studio.cli.options import duration, existing, fraction, milliseconds, seed, usable_device, ways
from studio.cli.reporters import Reporter, reporter

if TYPE_CHECKING:
    from engine.run.folder import RunFolder
    from labeling.snapshot import Snapshot
    from labeling.understanding import Understanding

BUDGET = "10m"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA|PROJECT", type=Path, help="a folder of files, a table, or a project")
    columns_options(parser)
    parser.add_argument(
        "--budget", metavar="TIME", type=duration, default=BUDGET, help=f"60s, 10m or 2h (default: {BUDGET})"
    )
    parser.add_argument(
        "--out", metavar="RUN", type=Path, help="the run folder to make (default: PROJECT/runs/…, or ./runs/…)"
    )
    parser.add_argument(
        "--predict", metavar="DATA2", type=Path, help="write RUN/predictions/<milliseconds>.csv at every improvement"
    )
    parser.add_argument(
        "--test-fraction",
        metavar="SHARE",
        type=fraction,
        default=0.15,
        help="the share kept aside for the final test, 0 for none (default: 0.15)",
    )
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where to compute (default: auto)")
    parser.add_argument(
        "--max-latency",
        metavar="MS",
        type=milliseconds,
        help="the most that an answer about one sample may take on this computer, in milliseconds (default: any time)",
    )
    parser.add_argument(
        "--weights", metavar="DIR", type=Path, help="also try the networks whose weights lie here, like resnet18.pth"
    )
    parser.add_argument(
        "--allow-download",
        action="store_true",
        help="fetch good pretrained weights into that folder before the time begins (default: nothing is fetched)",
    )
    parser.add_argument(
        "--transfer",
        metavar="WAYS",
        type=ways,
        default=AUTO,
        help=f"how tuned networks hold on to what they knew: {', '.join(WORDS)}, or several of these joined by + "
        "(default: auto, which is none, as was measured to be best)",
    )
    parser.add_argument(
        "--search",
        choices=strategies.WORDS,
        default=strategies.AUTO,
        help="the strategy of learners that search for settings of LightGBM or for the shape of a small network, on "
        f"{strategies.SEARCHED} (default: auto, which is tpe for tables and evolution for pictures)",
    )
    parser.add_argument("--seed", metavar="N", type=seed, default=0, help="repeat the same choices (default: 0)")
    parser.add_argument("--json", action="store_true", help="print the events of the run, one JSON object a line")


def _run(options: Namespace) -> None:
    usable_device(options.device)  # before any work is done
    if options.predict is not None:
        existing(options.predict)
    _check_weights(options.weights, options.allow_download)
    report = reporter(options.json, options.budget)

    from engine.worker.handle import Standby

    with Standby() as worker:  # its imports overlap with the reading

        def understood(understanding: Understanding) -> None:
            worker.expect(understanding.modality)
            report.say(understanding.text())

        kept, group, kind = options.keep_column, options.group, KINDS.get(options.kind)
        intake = take_in(options.data, options.target, understood, options.budget, kept, group, kind)
        for problem in intake.problems:
            report.say(problem)
        frozen = _frozen(intake, options)
        own, troubles = _own_weights(options, intake, report)
        run = _written(frozen, intake, options, own, troubles, report.say)
        for note in run.options.notes[len(intake.problems) :]:
            report.say(note)  # where nobody listens any more, no worker has begun yet
        handle = worker.begin(run.path)
    follow(run, handle, report)


def _check_weights(folder: Path | None, download: bool) -> None:
    """Raise UsageError where there are no networks of the person's own to try."""
    from engine.modalities.image.own import none_found, own_files

    if folder is None and download:
        raise UsageError("Say with --weights in which folder fetched weights are to be kept.")
    if folder is None or download:
        return
    if not existing(folder, "folder").is_dir() or not own_files(folder):
        raise UsageError(none_found(folder))


def _own_weights(options: Namespace, intake: Intake, report: Reporter) -> tuple[list[Path], list[str]]:
    """Return the files of weights to try too, and what went wrong with those to be fetched.

    The time that fetching takes is not the run's: it is as if Train had been pressed so much later.
    """
    from engine.modalities.image.own import own_files
    from engine.task import Modality

    if options.weights is None or intake.understanding.modality is not Modality.IMAGE:
        return [], []
    folder = options.weights.resolve()
    own, troubles = list(own_files(folder)), list[str]()
    if options.allow_download:
        from engine.backbones.fetching import fetch_good

        began = awake()
        fetched, troubles = fetch_good(folder, own, report.say)
        took = awake() - began
        options.pressed, options.pressed_at = options.pressed + took, options.pressed_at + took
        own = list(dict.fromkeys([*own, *fetched]))
    return own, troubles


def _frozen(intake: Intake, options: Namespace) -> Snapshot:
    """Return the samples as they are now; raise UsageError for what cannot be asked of them."""
    from engine.transfer.asked import refusal
    from labeling.snapshot import snapshot

    frozen = snapshot(intake.frame, intake.understanding, test_fraction=options.test_fraction, seed=options.seed)
    unfit = refusal(options.transfer, frozen.task) or _no_search(frozen, options)
    if unfit is not None:
        raise UsageError(unfit)
    return frozen


def _no_search(frozen: Snapshot, options: Namespace) -> str | None:
    """Return a sentence about why a strategy is asked for in vain; only where one is, samples are looked at."""
    from engine.dataset import Split
    from engine.modalities import portfolio

    if options.search == strategies.AUTO:
        return None
    train = frozen.dataset.part(Split.TRAIN)
    entries = portfolio(frozen.task, len(train), options.device, train)
    return strategies.refusal(options.search, entries, options.budget)


def _written(
    frozen: Snapshot,
    intake: Intake,
    options: Namespace,
    own: list[Path],
    troubles: list[str],
    tell: Callable[[str], None],
) -> RunFolder:
    """Write the run folder: what is asked, and the samples; ``tell`` hears of those to predict."""
    from engine.run.folder import RunFolder, RunOptions
    from labeling.importing import inputs
    from labeling.provenance import write_origins

    predict = inputs(options.predict, frozen.task, tell=tell) if options.predict is not None else None
    plan = RunOptions(
        budget_s=options.budget,
        device=options.device,
        seed=options.seed,
        pressed_at=options.pressed_at,
        cache=str(intake.cache) if intake.cache is not None else None,
        notes=(*intake.problems, *troubles, *frozen.notes),
        max_latency_ms=options.max_latency,
        weights=tuple(str(file) for file in own),
        transfer=options.transfer,
        search=options.search,
    )
    path = options.out or intake.run_path or _default_path(options.data)
    run = RunFolder.create(path, frozen.task, frozen.dataset, plan, predict, options.pressed)
    write_origins(run.path, intake.origins)
    return run


def _default_path(data: Path) -> Path:
    name = data.resolve().stem or "data"
    return Path("runs") / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"


COMMAND = Command("train", "learn from data or a project, within a time budget", _arguments, _run)
