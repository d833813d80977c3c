"""An export in a process of its own: its progress, its report or its error, and a way to cancel it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

GRACE_MS = 3000


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was handed over, and how it was proven equal to the model."""

    path: Path
    bytes: int
    samples: int
    real_samples: int
    difference: float
    tolerance: float
    agreement: float
    ties: int
    milliseconds: float
    notes: tuple[str, ...]

    @classmethod
    def read(cls, report: Mapping[str, Any]) -> Self:
        """Return what a ``report`` line says."""
        parity = report["parity"]
        return cls(
            path=Path(report["path"]),
            bytes=int(report["bytes"]),
            samples=int(parity["samples"]),
            real_samples=int(parity["real_samples"]),
            difference=float(parity["difference"]),
            tolerance=float(parity["tolerance"]),
            agreement=float(parity["agreement"]),
            ties=int(parity["ties"]),
            milliseconds=float(parity["milliseconds"]),
            notes=tuple(report["notes"]),
        )


class ExportProcess(QObject):
    """Runs ``python -m exporters``. Emits ``progress`` and then exactly one of ``done``, ``failed``, ``cancelled``."""

    progress = Signal(float, str)
    done = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._exported: Exported | None = None
        self._error = ""
        self._cancelled = False
        self._rest = b""

    @property
    def running(self) -> bool:
        """Whether an export is under way."""
        return self._process is not None

    def start(self, source: Path, target: str, out: Path) -> None:
        """Export the model of the run folder ``source`` into the folder ``out``; ignored while one is under way."""
        if self._process is not None:
            return
        self._exported, self._error, self._cancelled, self._rest = None, "", False, b""
        process = self._process = QProcess(self)
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._broke)
        process.start(sys.executable, ["-m", "exporters", str(source), "--to", target, "--out", str(out)])

    def cancel(self) -> None:
        """End the export; it leaves nothing behind."""
        process = self._process
        if process is None:
            return
        self._cancelled = True
        process.terminate()
        QTimer.singleShot(GRACE_MS, process, process.kill)

    def close(self) -> None:
        """End the export, if there is one, and wait for it."""
        process = self._process
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(GRACE_MS)
            self._process = None

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return  # what a library printed
        kind = said.get("type")
        if kind == "progress":
            self.progress.emit(float(said["share"]), str(said["text"]))
        elif kind == "report":
            self._exported = Exported.read(said)
        elif kind == "error":
            self._error = str(said["message"])

    def _broke(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._error = "The export could not be started. Nothing was written."
            self._finished()

    def _finished(self) -> None:
        process = self._process
        if process is None:
            return
        self._read()
        self._process = None
        process.deleteLater()
        if self._exported is not None:
            self.done.emit(self._exported)
        elif self._cancelled:
            self.cancelled.emit()
        else:
            self.failed.emit(self._error or "The export ended unexpectedly. Nothing was written. Try again.")
