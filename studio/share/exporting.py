"""An export in a process of its own: its progress, its report or its error, and a way to cancel it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from PySide6.QtCore import QObject, Signal

from exporters.placing import remove_stale
from studio.share.child import Child

_CANCEL_MS = 20_000  # what is being computed is left only between two of its steps


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported: from which run, as what, into which folder, with which options.

    ``small`` takes the one small model of the run; ``stamp`` tells this model from a later one.
    """

    run: Path
    target: str
    out: Path
    small: bool = False
    options: Mapping[str, Any] | None = None
    stamp: int = 0

    def arguments(self) -> list[str]:
        """Return the arguments of ``python -m exporters``."""
        said = [str(self.run), "--to", self.target, "--out", str(self.out)]
        said += ["--small"] if self.small else []
        for name, value in (self.options or {}).items():
            word = "--" + name.replace("_", "-")
            said += [word] if value is True else [f"{word}={value}"]
        return said


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed over, and how it was proven equal to the model.

    ``parity`` and ``score`` are as :class:`exporters.base.ExportReport` has them, ``comparison`` and ``sentences`` are
    what an export for a device says of both sides (None and empty for others).
    """

    target: str
    path: Path
    bytes: int
    parity: Mapping[str, Any]
    score: Mapping[str, Any] | None
    notes: tuple[str, ...]
    comparison: Mapping[str, Any] | None
    sentences: tuple[str, ...]
    small: bool
    stamp: int
    said: Mapping[str, Any]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Return what a ``report`` line says, or what was remembered of one.

        Raises:
            KeyError, TypeError, ValueError: it is damaged.
        """
        return cls(
            target=str(said["target"]),
            path=Path(said["path"]),
            bytes=int(said["bytes"]),
            parity=dict(said["parity"]),
            score=said["score"] and dict(said["score"]),
            notes=tuple(map(str, said["notes"])),
            comparison=said.get("comparison"),
            sentences=tuple(map(str, said.get("sentences", ()))),
            small=bool(said.get("small", False)),
            stamp=int(said.get("stamp", 0)),
            said=said,
        )

    @property
    def milliseconds(self) -> float | None:
        """What the artefact takes for one sample on this computer; None where nothing was measured."""
        if self.comparison is not None:
            return float(self.comparison["rows"][-1]["milliseconds"])
        found = self.parity.get("milliseconds")
        return None if found is None else float(found)

    @property
    def folder(self) -> Path:
        """The folder to open: the export itself where it is one, else the one it lies in."""
        return self.path if self.path.is_dir() else self.path.parent


class ExportProcess(QObject):
    """Runs ``python -m exporters``. Emits ``progress`` and then exactly one of ``done``, ``failed``, ``cancelled``."""

    progress = Signal(float, str)
    done = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._child = Child(self, _CANCEL_MS)
        self._child.said.connect(self._take)
        self._child.ended.connect(self._ended)
        self._wanted: Wanted | None = None
        self._exported: Exported | None = None
        self._error = ""

    @property
    def running(self) -> bool:
        """Whether an export is under way."""
        return self._child.running

    @property
    def wanted(self) -> Wanted | None:
        """What is being exported, or was at last."""
        return self._wanted

    def start(self, wanted: Wanted) -> None:
        """Export; ignored while one is under way."""
        if not self.running:
            self._wanted, self._exported, self._error = wanted, None, ""
            self._child.start("exporters", [*wanted.arguments(), "--held"])

    def cancel(self) -> None:
        """End the export; it leaves nothing behind."""
        self._child.stop()

    def close(self) -> None:
        """End the export, if there is one, and wait for it: for when the window closes."""
        if self.running:
            self._child.close()
            self._tidy()

    def _take(self, said: Mapping[str, Any]) -> None:
        kind = said.get("type")
        if kind == "progress":
            self.progress.emit(float(said["share"]), str(said["text"]))
        elif kind == "report" and self._wanted is not None:
            self._exported = Exported.read({**said, "small": self._wanted.small, "stamp": self._wanted.stamp})
        elif kind == "error":
            self._error = str(said["message"])

    def _tidy(self) -> None:
        """Remove what a process leaves that was ended by force."""
        if self._wanted is not None:
            remove_stale(self._wanted.out, self._child.number)

    def _ended(self) -> None:
        self._tidy()
        if self._exported is not None:
            self.done.emit(self._exported)
        elif self._child.stopped:
            self.cancelled.emit()
        else:
            self.failed.emit(self._error or "The export ended unexpectedly. Nothing was written. Try again.")
