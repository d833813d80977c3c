"""Asks the model in its own process, in portions, without ever holding up the window."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from studio.background import explain
from studio.try_it.answers import Answer, read_answer

if TYPE_CHECKING:
    from engine.worker.predictor_handle import PredictorHandle

PORTION = 32


class Asker(QObject):
    """Keeps one predictor process warm.

    A question is numbered; ``answered`` carries that number, the place of the first answer and the answers of one
    portion. ``ready`` tells that the model is loaded, ``failed`` why it cannot be asked. A new question replaces the
    one under way. The process is only told what it waits for, a portion at a time: while it loads the model or answers
    it does not read, and once the pipe is full whoever writes has to wait.
    """

    ready = Signal()
    answered = Signal(int, int, list)
    failed = Signal(str)
    _came = Signal(int, int, object, object)
    _loaded = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handle: PredictorHandle | None = None
        self._path: Path | None = None
        self._question = 0
        self._items: list[Any] = []
        self._awaited = False  # the answers of a portion
        self.is_ready = False
        # queued, since a future that is done already calls back at once, before whoever asks knows the number
        self._came.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._loaded.connect(self._take_ready, Qt.ConnectionType.QueuedConnection)

    def use(self, model_path: Path | None) -> None:
        """Ask this model from now on; it is loaded at once. None ends the process."""
        if model_path == self._path and self._handle is not None:
            return
        self.close()
        self._path = model_path
        if model_path is None:
            return
        from engine.worker.predictor_handle import PredictorHandle

        handle = self._handle = PredictorHandle(model_path)
        handle.ready.add_done_callback(lambda future: self._loaded.emit(handle, future.exception()))

    def ask(self, items: Sequence[Any]) -> int:
        """Ask about paths or rows and return the number of the question."""
        if self._handle is None:
            self.use(self._path)
        self._question += 1
        self._items = list(items)
        self._ask_portion(0)
        return self._question

    def stop(self) -> None:
        """Ask no further; answers still on their way are dropped."""
        self._question += 1
        self._items = []

    def close(self) -> None:
        """End the process."""
        self.stop()
        self.is_ready = self._awaited = False
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def _ask_portion(self, first: int) -> None:
        handle, question = self._handle, self._question
        if handle is None or not self.is_ready or self._awaited or first >= len(self._items):
            return
        self._awaited = True
        future: Future[list[dict[str, Any]]] = handle.ask(self._items[first : first + PORTION])
        future.add_done_callback(lambda done: self._came.emit(question, first, done, handle))

    def _take(self, question: int, first: int, done: Future[list[dict[str, Any]]], handle: object) -> None:
        if handle is not self._handle:
            return
        self._awaited = False
        error = done.exception()
        if error is not None:
            self._give_up(error)
            return
        if question == self._question:
            answers: list[Answer] = [read_answer(told) for told in done.result()]
            self.answered.emit(question, first, answers)
        self._ask_portion(first + PORTION if question == self._question else 0)

    def _take_ready(self, handle: object, error: BaseException | None) -> None:
        if handle is not self._handle:
            return
        if error is not None:
            self._give_up(error)
            return
        self.is_ready = True
        self.ready.emit()
        self._ask_portion(0)

    def _give_up(self, error: object) -> None:
        if self._handle is not None:
            self.close()
            self.failed.emit(explain(error))
