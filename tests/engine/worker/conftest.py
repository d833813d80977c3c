"""Sittings on a small run."""

from __future__ import annotations

import queue
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.run.folder import RunFolder
from engine.worker.control import Command
from engine.worker.loop import Worker
from tests.engine.flowers import flower_run
from tests.engine.worker.sittings import Idle, Sit


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return flower_run(tmp_path / "run", predict=True)


@pytest.fixture
def sit(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sit]:
    """Makes a worker in this process, which hears these commands first."""
    monkeypatch.setattr("engine.worker.loop.listen_to_stdin", lambda _: None)
    monkeypatch.setattr("engine.worker.desk.TrainerHandle", lambda *_: Idle())
    before = signal.getsignal(signal.SIGTERM)

    def begin(*commands: str, on_job: Callable[[str], object] = str, of: RunFolder = run) -> Worker:
        inbox: queue.Queue[Any] = queue.Queue()
        trainer = Idle()
        trainer.on_job = on_job
        for word in commands:
            inbox.put(Command(word))
        return Worker(of, inbox, trainer)

    yield begin
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a graphics card, of which the trainer alone can tell whether it computes."""
    monkeypatch.setattr("engine.worker.loop.told_at_once", lambda _: None)
