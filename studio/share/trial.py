"""One way to try what was exported: a button, what it does, how it goes, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

from studio.share.child import Child
from studio.share.outcome import copier
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.flow import FlowLayout
from studio.widgets.note import Note

_STOP_MS = 20_000  # a container finishes what it is doing first
_LOG_HEIGHT = 130


@dataclass(frozen=True)
class Way:
    """A way of :mod:`exporters.trying`: its name there, the button, what it does, and what to say once it runs."""

    name: str
    title: str
    line: str
    running: str = ""


TEST = Way(
    "verify",
    "Test this export",
    "Compares every file with what was written and asks about the sample in a Python that has nothing of this program.",
)
BROWSER = Way(
    "serve",
    "Try it in a browser",
    "Starts the exported model as a small server. Only this computer reaches it, and it ends with this window.",
    "The exported model answers at {address}, on this computer only. It ends with this window.",
)
CONTAINER = Way(
    "container",
    "Build and try it",
    "Builds the image, starts it without rights, waits until it is healthy and asks it about the sample.",
    "{sentence} It is running at {address}, and ends with this window.",
)


class Trial(QWidget):
    """Emits ``changed`` when it begins, runs or ends."""

    changed = Signal()

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way
        self.address = ""
        self._path = Path()
        self._allowed = True
        self._heard = False
        self._left = False
        self._child = Child(self, _STOP_MS)
        self._child.said.connect(self._take)
        self._child.ended.connect(self._ended)
        self.begin = button(way.title, self.start)
        self.line = text(way.line, "muted")
        self.begin.setAccessibleDescription(way.line)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(way.title)
        self.doing = text("", "muted")
        self.note = Note()
        self.look = button("Open in the browser", self.open_address)
        self.copy = copier("Copy address", lambda: self.address)
        self.end = button("Stop", self.stop)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setTabChangesFocus(True)
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.log.setAccessibleName("What the container said")
        self.log.setFixedHeight(_LOG_HEIGHT)
        self._buttons = QWidget()
        self._arrange()
        self._show(note=False)

    def _arrange(self) -> None:
        flow = FlowLayout(self._buttons, SPACE)
        for each in (self.look, self.copy, self.end):
            flow.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(row(self.begin, self.line, spacing=2 * SPACE))
        for part in (self.bar, self.doing, self.note, self._buttons, self.log):
            column.addWidget(part)

    @property
    def running(self) -> bool:
        """Whether it is under way, or waits to be asked."""
        return self._child.running

    def offer(self, path: Path) -> None:
        """Try this export from now on; what ran of an earlier one ends."""
        if path != self._path:
            self.leave()
            self._path = path
            self._show(note=False)

    def allow(self, allowed: bool, line: str) -> None:
        """Say whether it can be done here, and what it does or why not."""
        self._allowed = allowed
        self.line.setText(line)
        self.begin.setEnabled(allowed and not self.running)
        self.begin.setAccessibleDescription(line)

    def can_start(self) -> bool:
        """Tell whether it could begin now."""
        return self._allowed and not self.running and not self.isHidden()

    def start(self) -> None:
        """Begin."""
        if not self.can_start():
            return
        self.address, self._heard, self._left = "", False, False
        self.log.clear()
        self.doing.setText("Starting…")
        self._child.start("exporters.trying", [self.way.name, str(self._path)])
        self._show(note=False)
        self.changed.emit()

    def stop(self) -> None:
        """End what is running."""
        self.end.setEnabled(False)
        self.end.setText("Stopping…")
        self._child.stop()

    def leave(self) -> None:
        """End what is running, without waiting for that and without a word of what came of it."""
        if self.running:
            self.address, self._heard, self._left = "", False, True
            self.bar.setRange(0, 0)
            self.doing.setText("Ending what was tried before…")
            self._child.stop()
            self._show(note=False)

    def close_down(self) -> None:
        """End what is running and wait for that: for when the window closes."""
        self._child.close()

    def open_address(self) -> None:
        """Show the server's page in the browser of this computer."""
        if self.address:
            QDesktopServices.openUrl(QUrl(self.address))

    def _take(self, said: Mapping[str, Any]) -> None:
        kind = said.get("type")
        if self._left:
            return
        if kind == "progress":
            share = float(said["share"])
            self.bar.setRange(0, 1000 if share else 0)
            self.bar.setValue(round(1000 * share))
            self.doing.setText(f"{said['text']}…")
            return
        if kind == "log":
            self.log.setPlainText(str(said["text"]))
            self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())
            self.log.show()
            return
        self._heard = True
        if kind == "ready":
            self.address = str(said["address"])
            self._conclude("good", self.way.running.format(**said))
        elif kind == "verdict":
            self._conclude("good" if said["holds"] else "error", "\n".join(map(str, said["sentences"])))
        elif kind == "error":
            self._conclude("error", str(said["message"]))

    def _conclude(self, level: str, words: str) -> None:
        self.note.say(level, words)
        self._show(note=True)
        self.changed.emit()

    def _ended(self) -> None:
        served, self.address = bool(self.address), ""
        if self._child.stopped:
            self.note.say("info", "Stopped." if served else "Cancelled.")
        elif served or not self._heard:
            self.note.say("error", "It ended unexpectedly. The export itself is unchanged. Try again.")
        self._show(note=not self._left)
        self.changed.emit()

    def _show(self, note: bool) -> None:
        working = self.running and not self._heard
        self.begin.setEnabled(self._allowed and not self.running)
        self.bar.setVisible(working)
        self.doing.setVisible(working)
        self.note.setVisible(note)
        self.log.setVisible(bool(self.log.toPlainText()))
        self.look.setVisible(bool(self.address))
        self.copy.setVisible(bool(self.address))
        self.end.setVisible(working or bool(self.address))
        stopping = self.running and self._child.stopped
        self.end.setEnabled(not stopping)
        self.end.setText("Stopping…" if stopping else "Stop" if self.address else "Cancel")
        self._buttons.setVisible(working or bool(self.address))
