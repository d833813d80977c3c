"""Asking a model's process that does not listen: it loads the model, or answers what was asked before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from studio.try_it.asking import PORTION, Asker
from tests.studio.recorded_runs import record

START_MS = 40_000
HELD_S = 20.0  # after which a window that waits is let go, so that the test fails rather than hangs
MUCH = ["x" * 5000] * PORTION  # more than any pipe holds

pytestmark = pytest.mark.slow


@pytest.fixture
def asker(qtbot: QtBot, tmp_path: Path) -> Iterator[Asker]:
    made = Asker()
    made.use(record(tmp_path / "run").model_path)
    yield made
    made.close()


class Deaf:
    """A predictor that stands still until it is let go."""

    def __init__(self) -> None:
        children = psutil.Process().children()
        (self._process,) = [child for child in children if "engine.worker.predictor" in child.cmdline()]
        self._process.suspend()
        self.let_go = threading.Event()
        self._timer = threading.Timer(HELD_S, self.listen)
        self._timer.start()

    def listen(self) -> None:
        self.let_go.set()
        self._timer.cancel()
        self._process.resume()


def test_asking_does_not_wait_until_the_model_is_loaded(asker: Asker, qtbot: QtBot) -> None:
    deaf = Deaf()
    asker.ask(MUCH)
    number = asker.ask(MUCH)
    assert not deaf.let_go.is_set()
    with qtbot.waitSignal(asker.answered, timeout=START_MS) as answered:
        deaf.listen()
    assert answered.args is not None
    assert answered.args[0] == number
    assert len(answered.args[2]) == PORTION


def test_asking_does_not_wait_until_the_question_before_is_answered(asker: Asker, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: asker.is_ready, timeout=START_MS)
    deaf = Deaf()
    asker.ask(["no such picture.png"])
    number = asker.ask(MUCH)
    assert not deaf.let_go.is_set()
    with qtbot.waitSignal(asker.answered, timeout=START_MS) as answered:
        deaf.listen()
    assert answered.args is not None
    assert answered.args[0] == number
