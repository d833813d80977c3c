"""``autodidact resume``: go on with a run that was cut off."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from engine.device import DEVICES
from studio.cli.commands.base import Command
from studio.cli.errors import CommandFailed
from studio.cli.follow import follow
from studio.cli.options import existing, usable_device
from studio.cli.reporters import reporter


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", type=Path, help="the run folder that train made")
    parser.add_argument("--device", choices=DEVICES, help="where to compute from now on (default: as was planned)")


def _run(options: Namespace) -> None:
    existing(options.run, "run")
    device = usable_device(options.device) if options.device is not None else None

    from engine.run.folder import RunFolder
    from engine.run.tail import EventTail
    from engine.worker.handle import attach, start

    run = RunFolder.open(options.run)
    if run.result() is not None:
        raise CommandFailed(f"The run {options.run} has ended already. Use its model, or start a new run.")
    tail = EventTail(run.events_path)
    handle = attach(run.path)
    if handle is not None and device is not None:
        raise CommandFailed(
            f"The run {options.run} is under way (process number {handle.pid}), so it computes where it did. "
            "End that process first, or resume it without --device."
        )
    if handle is None:
        run.check_writable()
    if device is not None:
        run = run.with_device(device)
    if handle is None:
        tail.poll()  # what happened before is known
        handle = start(run.path)
    else:
        handle.send("resume")  # it may stand paused; one that works does not mind
    follow(run, handle, reporter(as_json=False, budget_s=run.options.budget_s), tail)


COMMAND = Command("resume", "go on with a run that was cut off", _arguments, _run)
