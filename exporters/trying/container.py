"""A container's folder built, started without rights, asked, watched, and stopped again."""

from __future__ import annotations

import threading
from pathlib import Path

from exporters.container.engines import Engine, find_engines
from exporters.container.process import Cancelled
from exporters.container.running import Running, Wish
from exporters.container.trial import launch
from exporters.errors import ContainerFailed
from exporters.trying.lifeline import hold, say

_LOOK_S = 1.0


def run(context: Path) -> None:
    """Keep the container of ``context`` running until this process is told to end.

    Raises:
        ExportError: why it does not run.
    """
    ended = threading.Event()
    hold(ended.set)
    engine = _engine()
    try:
        running, proof = launch(
            engine, context, Wish(), lambda share, text: say("progress", share=share, text=text), ended
        )
    except Cancelled:
        return
    with running:
        say("ready", address=running.address, sentence=proof.sentence())
        _watch(running, ended)


def _engine() -> Engine:
    found = find_engines()
    if not found.engines:
        raise ContainerFailed(" ".join(found.problems))
    return found.engines[0]


def _watch(running: Running, ended: threading.Event) -> None:
    """Tell what the server logs."""
    last = ""
    while not ended.is_set():
        now = running.logs()
        if now != last:
            last = now
            say("log", text=now)
        ended.wait(_LOOK_S)
