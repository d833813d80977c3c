"""The Share screen: take the model away as a file that is proven equal to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from engine.dataset import INPUT_PREFIX
from engine.task import Modality
from studio.background import explain
from studio.screen import Screen, ScreenState
from studio.session import Session
from studio.share.card import ExportCard
from studio.share.exporting import Exported, ExportProcess
from studio.share.snippet import python_snippet, run_command
from studio.theme import SPACE
from studio.widgets.basics import text
from studio.widgets.preview import Preview, Shape

if TYPE_CHECKING:
    from engine.run.folder import RunFolder

_FOLDER_SETTING = "share.folder"
_SHAPES: list[Shape] = [
    (0.1, 0.0, 0.8, 1.0, "border"),
    (0.16, 0.14, 0.3, 0.12, "text"),
    (0.16, 0.36, 0.6, 0.06, "control"),
    (0.16, 0.5, 0.18, 0.14, "accent"),
    (0.16, 0.74, 0.68, 0.12, "good"),
]
_ABOUT = (
    "One file that runs wherever ONNX Runtime does: Windows, Linux, macOS, phones, browsers; Python, C#, C++, Java. "
    "{inside} Before you get it, it is run beside the model on real samples; if it disagreed, you would not get it."
)
_INSIDE = {
    Modality.IMAGE: "It takes photos of any size; resizing is inside.",
    Modality.AUDIO: "It takes sounds of any length and rate; cutting and spectra are inside.",
    Modality.TEXT: "It takes what our small reader makes of a text: its words; what the model knows of them is inside.",
    Modality.TABLE: "It takes the columns by name; missing values and coding are handled inside.",
}


def build(session: Session) -> Screen:
    """Return the Share screen."""
    return ShareScreen(session)


class ShareScreen(Screen):
    """Export the model."""

    id = "share"
    title = "Share"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.process = ExportProcess(self)
        self.card: ExportCard | None = None
        self.exported: Exported | None = None
        self._run_shown: Path | None = None
        self._stamp = 0
        empty = Preview(_SHAPES, "Nothing to share yet", "After training: one file with the model, proven equal.")
        empty.offer("Train first", lambda: session.screen_wanted.emit("train"))
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        session.model_changed.connect(self._take_model)
        self.process.progress.connect(self._show_progress)
        self.process.done.connect(self._done)
        self.process.failed.connect(lambda sentence: self._no_file("error", sentence))
        self.process.cancelled.connect(lambda: self._no_file("info", "Cancelled. Nothing was written."))
        self._take_model()

    @override
    def state(self) -> ScreenState:
        return ScreenState.EMPTY if self.session.model_path is None else ScreenState.READY

    @override
    def next_step(self) -> str:
        if self.session.model_path is None:
            return "Train first: then the model can leave this computer as one file."
        if self.process.running:
            return "The file is being written and checked."
        if self.exported is not None:
            return f"{self.exported.path.name} is ready to be used."
        return "Export the model as one file."

    @override
    def next_action(self) -> str:
        if self.session.model_path is None:
            return "go.train"
        return "share.export_onnx" if self.exported is None and not self.process.running else ""

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {"export_onnx": self._choose}

    @override
    def can(self, command: str) -> bool:
        return command in self.commands() and self.session.model_path is not None and not self.process.running

    @override
    def close_down(self) -> None:
        self.process.close()

    # -- the model -----------------------------------------------------------------------------------------------

    def _take_model(self) -> None:
        run, model = self.session.run, self.session.model_path
        if run is None or model is None:
            self._pages.setCurrentIndex(0)
        else:
            if self._run_shown != run.path:
                self._show_page(run)
            elif self.exported is not None and self.card is not None and self._stamp != _stamp(model):
                self.card.show_problem("warning", "The model got better after this file was made. Export it again.")
            self._pages.setCurrentIndex(1)
        self.changed.emit()

    def _show_page(self, run: RunFolder) -> None:
        self.process.close()
        self._run_shown, self.exported = run.path, None
        old = self._pages.widget(1)
        if old is not None:
            self._pages.removeWidget(old)
            old.deleteLater()
        card = self.card = ExportCard("ONNX file", _ABOUT.format(inside=_INSIDE[run.task.modality]))
        card.export_wanted.connect(self._choose)
        card.cancel_wanted.connect(self._cancel)
        card.folder_wanted.connect(self._open_folder)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACE)
        column.addWidget(text("Nothing leaves this computer: you choose a folder, the file is written there.", "muted"))
        column.addWidget(card)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAccessibleName(self.title)
        area.setWidget(inside)
        self._pages.addWidget(area)

    # -- the export ----------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        project = self.session.project
        start = project.setting(_FOLDER_SETTING) if project is not None else None
        dialog = QFileDialog(self, "Choose a folder for the ONNX file", str(start or Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.export_to(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, folder: Path) -> None:
        """Export into this folder."""
        run, model, project = self.session.run, self.session.model_path, self.session.project
        if run is None or model is None or self.process.running:
            return
        if project is not None:
            project.set_setting(_FOLDER_SETTING, str(folder))
        self._stamp = _stamp(model)
        self.process.start(run.path, "onnx", folder)
        self._show_progress(0.0, "Starting")
        self.changed.emit()

    def _cancel(self) -> None:
        if self.card is not None:
            self.card.show_cancelling()
        self.process.cancel()

    def _show_progress(self, share: float, doing: str) -> None:
        if self.card is not None:
            self.card.show_progress(share, doing)

    def _no_file(self, level: str, sentence: str) -> None:
        if self.card is not None:
            self.card.show_problem(level, sentence)
        self.changed.emit()

    def _done(self, exported: Exported) -> None:
        run, card = self.session.run, self.card
        if run is None or card is None:
            return
        self.exported = exported
        job = self.session.background.start(lambda _job: _example(run), "Reading a sample")
        name = exported.path.name
        command = run_command(run.task, name)
        job.done.connect(lambda example: card.show_done(exported, python_snippet(run.task, name, example), command))
        job.failed.connect(lambda error: self._no_file("error", explain(error)))
        self.changed.emit()

    def _open_folder(self) -> None:
        if self.exported is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.exported.path.parent)))


def _stamp(model: Path) -> int:
    manifest = model / "model.json"
    return manifest.stat().st_mtime_ns if manifest.exists() else 0


def _example(run: RunFolder) -> dict[str, Any]:
    """Return the first row of a table's frozen samples, by column; nothing for pictures."""
    dataset = run.dataset()
    if not run.task.columns or not len(dataset):
        return {}
    row = dataset.frame.row(0, named=True)
    return {column.name: row.get(INPUT_PREFIX + column.name) for column in run.task.columns}
