"""Networks of the person's own: the folder where their weights lie, and what was found in it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from studio import wording
from studio.background import Background
from studio.theme import SPACE
from studio.train.choices import Networks, own_networks, short
from studio.widgets.basics import button, row, text
from studio.widgets.field import Field
from studio.widgets.note import Note

_MOST_NAMED = 4


class NetworksChooser(QWidget):
    """Emits ``changed`` after another folder was chosen, and after it was looked into.

    ``trouble`` says why a folder is of no use; it is for whoever shows this to place, so that it is seen also where
    this is not.
    """

    changed = Signal()

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background
        self.folder: Path | None = None
        self.found: Networks | None = Networks()  # None while nobody has looked
        self.place = Field()
        self.place.setReadOnly(True)
        self.place.setMinimumWidth(120)
        self.place.setPlaceholderText("none")
        self.place.setAccessibleName("Folder with networks of your own")
        self.pick = button("Choose folder…", self._ask)
        self.pick.setAccessibleName("Choose a folder with networks of your own")
        self.clear = button("Clear", self._clear)
        self.clear.setAccessibleName("Use no networks of your own")
        self.said = text("", "muted")
        self.trouble = Note("warning")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE // 2)
        layout.addWidget(row(self.place, self.pick, self.clear))
        layout.addWidget(self.said)
        self._show()

    def choose(self, folder: Path | None) -> None:
        """Take a folder and look into it in the background; None for no networks of one's own."""
        self.folder = folder
        self.found = Networks() if folder is None else None
        self._show()
        self.look()

    def look(self) -> None:
        """Look into the folder, perhaps again: files come and go, and drives are unplugged."""
        folder = self.folder
        if folder is not None:
            job = self._background.start(lambda _job: own_networks(folder), "Looking for networks")
            job.done.connect(self._take)

    def _take(self, found: Networks) -> None:
        if found.folder == self.folder and found != self.found:
            self.found = found
            self._show()

    def _show(self) -> None:
        self.place.setText(str(self.folder) if self.folder is not None else "")
        self.clear.setEnabled(self.folder is not None)
        self.said.setText(_sentence(self.found))
        self.said.setVisible(bool(self.said.text()))
        self.trouble.say("warning", self.found.problem if self.found is not None else "")
        self.changed.emit()

    def _clear(self) -> None:
        self.pick.setFocus()  # or Qt would pass the focus on to the rail when the button is switched off
        self.choose(None)

    def _ask(self) -> None:
        start = self.folder if self.folder is not None else Path.home()
        dialog = QFileDialog(self.pick, "Choose a folder with networks of your own", str(start))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.choose(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _sentence(found: Networks | None) -> str:
    if found is None:
        return "Looking into the folder…"
    if not found.files:
        return ""
    networks = "1 network" if len(found.files) == 1 else f"{len(found.files)} networks"
    return f"{networks} found: {wording.listing([short(file.name) for file in found.files], _MOST_NAMED)}."
