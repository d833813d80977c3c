"""The classes beside the sample: pick one, add one, rename one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout
from typing_extensions import override

from studio.label.keys import badge
from studio.listing import Label, names_in
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.class_list import ClassList, ClassRow

_LONGEST = 200


class ClassPanel(QFrame):
    """Emits ``assigned`` (name), ``added`` (name) and ``renamed`` (old, new); ``left`` when typing ends."""

    assigned = Signal(str)
    added = Signal(str)
    renamed = Signal(str, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._renaming = ""
        self.list = ClassList("Classes")
        self.list.clicked.connect(lambda index: self.assigned.emit(self.list.classes.rows[index.row()].name))
        self.list.activated.connect(lambda index: self.assigned.emit(self.list.classes.rows[index.row()].name))
        self.field = QLineEdit()
        self.field.setMaxLength(_LONGEST)
        self.field.installEventFilter(self)
        self.field.returnPressed.connect(self._entered)
        self._hint = text("What do you want to tell apart? Type a name and press Enter.", "muted")
        self._rename = button("Rename…", self.begin_rename)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 2 * SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        heading = text("Classes", "heading")
        for inset in (heading, self._hint):
            inset.setContentsMargins(SPACE, 0, SPACE, 0)
        column.addWidget(heading)
        column.addWidget(self._hint)
        column.addWidget(self.list, 1)
        column.addWidget(self.field)
        column.addWidget(row(self._rename, None))
        self._end_rename()

    def show_classes(self, counts: dict[str, int], label: Label) -> None:
        """Show the classes with their counts, and which of them the ``label`` of the sample shown names."""
        names, several = list(counts), label if isinstance(label, tuple) else ()
        lines = [
            ClassRow(name, counts[name], number, badge(number), given=name in several)
            for number, name in enumerate(names)
        ]
        current = next(iter(names_in(label)), None) if len(names_in(label)) == 1 else None
        self.list.classes.show_rows(lines)
        self.list.choose(names.index(current) if current in names else -1)
        self._hint.setVisible(not names)
        self._rename.setVisible(bool(names))
        self._rename.setEnabled(current in names)
        self._rename.setToolTip(
            f"Rename “{current}”" if current in names else "Show a sample of the class to rename it"
        )

    def begin_add(self) -> None:
        """Put the cursor where a new class is typed."""
        self._end_rename()
        self.field.setFocus()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self._end_rename()
            self.left.emit()
            return True
        return super().eventFilter(watched, event)

    def _entered(self) -> None:
        name = " ".join(self.field.text().split())
        if not name:
            return
        if self._renaming:
            self.renamed.emit(self._renaming, name)
            self._end_rename()
            self.left.emit()
        else:
            self.added.emit(name)
            self.field.clear()

    def begin_rename(self) -> None:
        """Put the selected class's name into the field, to be changed."""
        line = self.list.current()
        if line is not None:
            self._renaming = line.name
            self.field.setText(line.name)
            self.field.setAccessibleName(f"New name for {line.name}")
            self.field.setFocus()
            self.field.selectAll()

    def _end_rename(self) -> None:
        self._renaming = ""
        self.field.clear()
        self.field.setPlaceholderText("Add a class…")
        self.field.setAccessibleName("Name of a new class")
