"""The classes beside the sample: pick one, add, rename, merge, colour, order, remove one, give it a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCompleter, QFrame, QMenu, QVBoxLayout

from studio.keys.names import shown
from studio.label.colour_choice import ColourChoice
from studio.listing import Label, names_in
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.class_list import ClassList, ClassRow
from studio.widgets.field import Field

if TYPE_CHECKING:
    from labeling.project import ClassInfo

_LONGEST = 200
_GIVING = "\0giving"
_NEW = "What do you want to tell apart? Type a name and press Enter."


class ClassPanel(QFrame):
    """Emits what the person wants of a class by its name; ``left`` when typing ends.

    ``merged_count`` tells how many samples the class would have that two became.
    """

    assigned = Signal(str)
    added = Signal(str)
    renamed = Signal(str, str)
    moved = Signal(str, int)
    coloured = Signal(str, str)
    removed = Signal(str)
    key_wanted = Signal(str)
    left = Signal()

    def __init__(self, merged_count: Callable[[str, str], int]) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._merged_count = merged_count
        self._renaming = ""
        self._into_another = False
        self._shown: tuple[str, Label] = ("", None)
        self._colours: dict[str, str] = {}
        self.list = ClassList("Classes")
        self.list.picked.connect(self.assigned)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._context_menu)
        self.list.selectionModel().currentChanged.connect(lambda _new, _old: self._enable())
        self.field = Field()
        self.field.setMaxLength(_LONGEST)
        self.field.left.connect(self._leave)
        self.field.returnPressed.connect(self._entered)
        self.field.textEdited.connect(self._typed)
        self.hint = text("", "muted")
        self.asked = text()
        self.merge = button("Merge", self._merge, "primary")
        self.keep = button("Keep both", self._leave)
        self.question = QFrame()
        self.question.setProperty("bar", "info")
        self._merging = ("", "")
        self._rename = button("Rename…", self.begin_rename)
        self._more = button("More")
        self._more.setAccessibleName("More about the chosen class")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._more.setMenu(self._menu)
        self._build()
        self._end_typing()
        self.question.hide()

    def show_classes(
        self, classes: Sequence[ClassInfo], counts: dict[str, int], label: Label, sample: str = ""
    ) -> None:
        """Show the classes with their counts, and which of them the ``label`` of the ``sample`` shown names.

        That one is chosen, until the person chooses another: it stays chosen while the sample and its label do.
        """
        names, several = list(counts), label if isinstance(label, tuple) else ()
        keys = {info.name: shown(info.key) for info in classes}
        self._colours = {info.name: info.colour for info in classes}
        lines = [
            ClassRow(name, counts[name], number, keys.get(name, ""), given=name in several)
            for number, name in enumerate(names)
        ]
        current = next(iter(names_in(label)), None) if len(names_in(label)) == 1 else None
        before, anew = self.chosen(), (sample, label) != self._shown
        self._shown = (sample, label)
        self.list.classes.show_rows(lines)
        if not anew:
            current = before
        if current != self.chosen() and (current in names or not self.list.hasFocus()):
            self.list.choose(names.index(current) if current in names else -1)
        self._enable()

    def chosen(self) -> str | None:
        """Return the class that is chosen in the list."""
        line = self.list.current()
        return line.name if line is not None else None

    # -- what can be done to the chosen class ---------------------------------------------------------------------

    def begin_add(self) -> None:
        """Put the cursor where a new class is typed."""
        self._end_typing()
        self.field.setFocus()

    def begin_give(self) -> None:
        """Let the person find a class by typing a part of its name: Enter gives it."""
        self._begin_typing(_GIVING, "Type a part of a class’s name, then Enter gives that class.")
        self.field.setAccessibleName("Part of a class’s name")

    def begin_rename(self, name: str | None = None) -> None:
        """Put the name of a class, else of the chosen one, into the field, to be changed."""
        name = name or self.chosen()
        if name is not None:
            self._begin_typing(name, f"New name for “{name}”. The name of another class merges the two.")
            self.field.setText(name)
            self.field.selectAll()

    def begin_merge(self, name: str | None = None) -> None:
        """Ask for the class that one, else the chosen one, is merged into."""
        name = name or self.chosen()
        if name is not None:
            self._begin_typing(name, f"Type the name of the class that “{name}” becomes part of.")
            self._into_another = True
            others = [line.name for line in self.list.classes.rows if line.name != name]
            completer = QCompleter(others, self.field)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            self.field.setCompleter(completer)

    def choose_colour(self, name: str | None = None) -> None:
        """Let the person choose a colour for a class, else for the chosen one."""
        name = name or self.chosen()
        if name is not None:
            choice = ColourChoice(name, self._colours.get(name, ""), self)
            choice.chosen.connect(lambda colour, name=name: self.coloured.emit(name, colour))
            choice.open()

    def choose_key(self, name: str | None = None) -> None:
        """Ask for another key of a class, else of the chosen one."""
        name = name or self.chosen()
        if name is not None:
            self.key_wanted.emit(name)

    def move_chosen(self, by: int, name: str | None = None) -> None:
        """Move a class, else the chosen one, up or down; it is chosen then."""
        name = name or self.chosen()
        if name is not None:
            self.moved.emit(name, by)
            names = [line.name for line in self.list.classes.rows]
            self.list.choose(names.index(name) if name in names else -1)

    def remove(self, name: str | None = None) -> None:
        """Remove a class, else the chosen one; undo brings it back with all its labels."""
        name = name or self.chosen()
        if name is not None:
            self.removed.emit(name)

    # -- how -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        inner = QVBoxLayout(self.question)
        inner.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        inner.addWidget(self.asked)
        inner.addWidget(row(self.merge, self.keep, None))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 2 * SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        heading = text("Classes", "heading")
        for inset in (heading, self.hint):
            inset.setContentsMargins(SPACE, 0, SPACE, 0)
        column.addWidget(heading)
        column.addWidget(self.list, 1)
        column.addWidget(self.hint)
        column.addWidget(self.field)
        column.addWidget(self.question)
        column.addWidget(row(self._rename, self._more, None))

    def _enable(self) -> None:
        name = self.chosen()
        there = bool(self.list.classes.rows)
        if not self._renaming:
            self.hint.setText("" if there else _NEW)
            self.hint.setVisible(not there)
        for made in (self._rename, self._more):
            made.setVisible(there)
            made.setEnabled(name is not None)
        self._rename.setToolTip(f"Rename “{name}”" if name else "Choose a class to rename it")

    def _fill_menu(self) -> None:
        self._menu.clear()
        self._offer(self._menu)

    def _context_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if index.isValid():
            self.list.setCurrentIndex(index)
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._offer(menu)
            menu.popup(self.list.viewport().mapToGlobal(at))

    def _offer(self, menu: QMenu) -> None:
        names = [line.name for line in self.list.classes.rows]
        name = self.chosen() or ""
        key = next((line.key for line in self.list.classes.rows if line.name == name), "")
        place = names.index(name) if name in names else -1
        # each is about the class that was chosen when the menu opened: another may be by the time one is taken
        menu.addAction("Rename…", lambda: self.begin_rename(name))
        menu.addAction(f"Key ({key})…" if key else "Key…", lambda: self.choose_key(name))
        menu.addAction("Colour…", lambda: self.choose_colour(name))
        self._offer_if(menu, "Move up", place > 0, lambda: self.move_chosen(-1, name))
        self._offer_if(menu, "Move down", 0 <= place < len(names) - 1, lambda: self.move_chosen(1, name))
        menu.addSeparator()
        self._offer_if(menu, "Merge into another…", len(names) > 1, lambda: self.begin_merge(name))
        menu.addAction("Remove", lambda: self.remove(name))

    def _offer_if(self, menu: QMenu, title: str, possible: bool, calls: Callable[[], None]) -> QAction:
        made = menu.addAction(title, calls)
        made.setEnabled(possible)
        return made

    def _begin_typing(self, name: str, hint: str) -> None:
        self._end_typing()
        self._renaming = name
        self.hint.setText(hint)
        self.hint.show()
        self.field.setPlaceholderText("")
        self.field.setAccessibleName(f"New name for {name}")
        self.field.setFocus()

    def _end_typing(self) -> None:
        self._renaming = ""
        self._into_another = False
        self.field.setCompleter(None)  # type: ignore[arg-type]
        self.field.clear()
        self.field.setPlaceholderText("Add a class…")
        self.field.setAccessibleName("Name of a new class")
        self._enable()

    def _leave(self) -> None:
        self.question.hide()
        self._end_typing()
        self.left.emit()

    def _entered(self) -> None:
        name = " ".join(self.field.text().split())
        if not name:
            return
        if self._renaming == _GIVING:
            self._give(name)
        elif not self._renaming:
            self.added.emit(name)
            self.field.clear()
        elif self._into_another:
            self._merge_into(name)
        elif name != self._renaming and name in (line.name for line in self.list.classes.rows):
            self._ask(self._renaming, name)
        else:
            self.renamed.emit(self._renaming, name)
            self._leave()

    def _typed(self, part: str) -> None:
        """Choose the class that is meant so far: one that begins so, or else one that has it inside."""
        if self._renaming == _GIVING:
            found = self._meant(part)
            self.list.choose(found if found is not None else -1)

    def _meant(self, part: str) -> int | None:
        wanted = " ".join(part.split()).casefold()
        names = [line.name.casefold() for line in self.list.classes.rows]
        begins = (place for place, name in enumerate(names) if wanted and name.startswith(wanted))
        holds = (place for place, name in enumerate(names) if wanted and wanted in name)
        return next(begins, next(holds, None))

    def _give(self, part: str) -> None:
        found = self._meant(part)
        if found is None:
            self.hint.setText(f"No class has “{part}” in its name. Esc leaves.")
            return
        name = self.list.classes.rows[found].name
        self._leave()
        self.assigned.emit(name)

    def _merge_into(self, name: str) -> None:
        others = [line.name for line in self.list.classes.rows if line.name != self._renaming]
        alike = [other for other in others if other.casefold() == name.casefold()]
        if alike:
            self._ask(self._renaming, name if name in alike else alike[0])
        else:
            self.hint.setText(f"No other class is called “{name}”. Esc leaves.")

    def _ask(self, old: str, new: str) -> None:
        counts = {line.name: line.count for line in self.list.classes.rows}
        both = self._merged_count(old, new)
        self._merging = (old, new)
        words = f"“{old}” ({counts[old]:,}) and “{new}” ({counts[new]:,}) become “{new}” ({both:,})."
        self.asked.setText(words)
        self.question.setAccessibleName(words)
        self.question.show()
        self.merge.setFocus()

    def _merge(self) -> None:
        self.renamed.emit(*self._merging)
        self._leave()
