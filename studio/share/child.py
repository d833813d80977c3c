"""A program of ours in a process of its own, which speaks in JSON lines and ends with the window."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

GRACE_MS = 3000


class Child(QObject):
    """Runs ``python -m …``. Emits ``said`` with each line's object, then ``ended`` once.

    ``stopped`` tells whether it was asked to end, ``number`` what the system calls the process, or called the last one.
    """

    said = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None, grace_ms: int = GRACE_MS) -> None:
        super().__init__(parent)
        self.stopped = False
        self.number = 0
        self._grace_ms = grace_ms
        self._process: QProcess | None = None
        self._rest = b""

    @property
    def running(self) -> bool:
        """Whether the program is under way."""
        return self._process is not None

    def start(self, module: str, arguments: Sequence[str]) -> None:
        """Start the module with these arguments; ignored while one is under way."""
        if self._process is not None:
            return
        self.stopped, self._rest = False, b""
        process = self._process = QProcess(self)
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._broke)
        process.start(sys.executable, ["-m", module, *arguments])
        self.number = process.processId()

    def stop(self) -> None:
        """Ask it to end, and end it by force where it does not; ``ended`` comes when it has."""
        process = self._process
        if process is not None and not self.stopped:
            self.stopped = True
            self._ask(process)
            QTimer.singleShot(self._grace_ms, process, process.kill)

    def close(self) -> None:
        """End it and wait for that, without a word: for when the window closes, as nothing else is done meanwhile."""
        process, self._process = self._process, None
        if process is None:
            return
        process.blockSignals(True)
        if not self.stopped:
            self._ask(process)
        if not process.waitForFinished(self._grace_ms):
            process.kill()
            process.waitForFinished(GRACE_MS)
        process.deleteLater()

    def _ask(self, process: QProcess) -> None:
        process.closeWriteChannel()
        process.terminate()

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            said = _object(line)
            if said is not None:
                self.said.emit(said)

    def _broke(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._finished()

    def _finished(self) -> None:
        process = self._process
        if process is not None:
            self._read()
            self._process = None
            process.deleteLater()
            self.ended.emit()


def _object(line: bytes) -> Mapping[str, Any] | None:
    """Return the object of a line; None for what a library printed."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
