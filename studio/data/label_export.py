"""Take the labels away in a format of another tool: what it cannot hold is said before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QLabel, QProgressBar, QVBoxLayout, QWidget
from typing_extensions import override

from studio.background import Job, explain
from studio.theme import SPACE
from studio.widgets.basics import button, row, text

if TYPE_CHECKING:
    from engine.task import Modality
    from labeling.annotations.codec import Writer
    from labeling.annotations.model import Annotations
    from labeling.project import Project
    from studio.session import Session

_FIRST = "jsonl"
_WIDTH = 560
_LINES = 7  # as many as a format has to say at most, so that nothing jumps


class LabelExport(QDialog):
    """Choose a format, read what will be lost, choose a folder, and see how far the writing is.

    Closed while it writes, it stops, and nothing of what was written stays.
    """

    def __init__(self, session: Session, project: Project, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._found: tuple[Modality, Annotations] | None = None
        self._held: Annotations | None = None
        self._writers: list[Writer] = []
        self._job: Job | None = None
        self.setWindowTitle("Export the labels")
        self.setMinimumWidth(_WIDTH)
        self.formats = QComboBox()
        self.formats.setAccessibleName("Format")
        self.formats.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.formats.setEnabled(False)
        self.formats.currentIndexChanged.connect(self._show_losses)
        self.said = text("Looking at the labels…", "muted")
        self.said.setWordWrap(True)
        self.said.setMinimumHeight(_LINES * self.said.fontMetrics().lineSpacing())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.go = button("Choose a folder and write…", self._choose, "primary")
        self.go.setEnabled(False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.bar.hide()
        self.leave = button("Close", self.reject)
        label = QLabel("Write as")
        label.setBuddy(self.formats)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(row(label, self.formats, None))
        column.addWidget(self.said, 1)
        column.addWidget(self.bar)
        column.addWidget(row(None, self.leave, self.go))
        self.finished.connect(self._forget)
        self._look(project)

    def _forget(self) -> None:
        """Let go of the labels: the window keeps this dialog, and those of a large table take gigabytes."""
        self._found = self._held = None

    def _look(self, project: Project) -> None:
        def work(job: Job) -> tuple[Modality, Annotations]:
            from labeling.exporting import annotations_of

            return annotations_of(project, job.cancelled)

        self._job = job = self._session.background.start(work, "Looking at the labels")
        job.done.connect(self._show_formats)
        job.failed.connect(lambda error: self.said.setText(explain(error)))

    def _show_formats(self, found: tuple[Modality, Annotations]) -> None:
        from labeling.annotations.registry import WRITERS

        self._found = found
        able = [writer for writer in WRITERS.values() if found[0] in writer.modalities]
        self._writers = sorted(able, key=lambda writer: (writer.name != _FIRST, writer.title.lower()))
        self.formats.blockSignals(True)
        self.formats.addItems([writer.title for writer in self._writers])
        self.formats.blockSignals(False)
        self.formats.setEnabled(True)
        self.formats.setFocus()
        self._show_losses()

    def _show_losses(self) -> None:
        """Find out in the background what the chosen format cannot hold: there may be very many labels."""
        if self._found is None:
            return
        modality, annotations = self._found
        writer = self._writers[self.formats.currentIndex()]
        self._held = None
        self.go.setEnabled(False)

        def work(_job: Job) -> tuple[Annotations, list[str]]:
            from labeling.exporting import fitted_to

            return fitted_to(writer, annotations, modality)

        job = self._session.background.start(work, "Looking at what the format can hold")
        job.done.connect(lambda fitted: self._say(writer, *fitted))
        job.failed.connect(lambda error: self._say(writer, None, [explain(error)]))

    def _say(self, writer: Writer, held: Annotations | None, sentences: list[str]) -> None:
        if self._found is None or writer is not self._writers[self.formats.currentIndex()]:
            return  # closed, or another one was chosen meanwhile
        self._held = held
        taken = " The files themselves are copied along." if writer.takes_media else ""
        self.said.setText("\n".join(sentences) or f"{writer.title} can hold all of these labels.{taken}")
        self.go.setEnabled(held is not None)

    def _choose(self) -> None:
        parent = QFileDialog.getExistingDirectory(self, "Choose where the folder of labels shall be made")
        if parent:
            self.write(Path(parent))

    def write(self, parent: Path) -> None:
        """Write the labels into a new folder in ``parent``; how it went is said in the window."""
        held, writer, session = self._held, self._writers[self.formats.currentIndex()], self._session
        if held is None:
            return
        folder = _free(parent / f"labels {writer.name}")

        def work(job: Job) -> None:
            from labeling.exporting import write_labels

            write_labels(held, writer, folder, job.report, job.cancelled)
            job.keep()

        self._job = job = session.background.start(work, "Writing the labels")
        job.progress.connect(self._show_progress)
        job.done.connect(lambda _none: session.message.emit("good", f"The labels are in {folder}."))
        job.failed.connect(lambda error: session.message.emit("error", explain(error)))
        job.stopped.connect(lambda: session.message.emit("info", "The export was stopped. Nothing of it was kept."))
        job.finished.connect(self.accept)
        self._show_writing(folder)

    def _show_writing(self, folder: Path) -> None:
        self.said.setText(f"Writing into {folder}…")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.formats.setEnabled(False)
        self.go.setEnabled(False)
        self.leave.setText("Cancel")
        self.leave.setFocus()

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    @override
    def reject(self) -> None:
        """Close; what is under way is stopped first, which the writing itself tells."""
        if self._job is not None:
            self._job.cancel()
        if self.bar.isHidden():
            super().reject()
        else:
            self.leave.setEnabled(False)
            self.leave.setText("Stopping…")


def _free(folder: Path) -> Path:
    """Return a path like this that nothing has yet."""
    free, number = folder, 1
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.name} {number}")
    return free
