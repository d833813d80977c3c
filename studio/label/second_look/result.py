"""How well the labels of a round agree, and what to do about each that does not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout

from labeling.agreement import Agreement, Twice
from studio.listing import Label, shown
from studio.theme import SPACE
from studio.widgets.basics import button, row, text

_SAMPLE, _FIRST, _SECOND = range(3)


class ResultPanel(QFrame):
    """The agreement in words, and a list of the samples whose labels differ.

    ``settled`` carries a sample and the label that it is to have; ``wanted`` a sample to be shown; ``again`` that
    another round is wanted; ``left`` that the person is through.
    """

    settled = Signal(str, object)
    wanted = Signal(str)
    again = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._differing: list[Twice] = []
        self._name: Callable[[str], str] = str
        self.heading = text("", "heading")
        self.saying = text()
        self.hint = text("", "muted")
        self.table = QTableWidget(0, 3)
        self.take = button("Take the second label", self._take_second)
        self.keep = button("Keep the first", self._keep_first)
        self.show_it = button("Show it", self._show)
        self._build()

    def show_result(self, found: Agreement, total: int, name: Callable[[str], str] = str) -> None:
        """Show how well the labels agree; ``name`` says what a person calls a sample."""
        self._name = name
        self.heading.setText(headline(found, total))
        self.saying.setText(sentence(found))
        self._differing = list(found.differing)
        self._fill()

    def settle(self, sample: str) -> None:
        """Take a sample off the list: its label was decided on."""
        self._differing = [one for one in self._differing if one.sample != sample]
        self._fill()

    def current(self) -> Twice | None:
        """Return the sample that is chosen in the list."""
        place = self.table.currentRow()
        return self._differing[place] if 0 <= place < len(self._differing) else None

    def _fill(self) -> None:
        place = max(self.table.currentRow(), 0)
        self.table.setRowCount(len(self._differing))
        for line, one in enumerate(self._differing):
            for column, words in enumerate((self._name(one.sample), shown(one.first), shown(one.second))):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                self.table.setItem(line, column, item)
        there = bool(self._differing)
        self.table.setVisible(there)
        for made in (self.take, self.keep, self.show_it):
            made.setVisible(there)
        self.hint.setText(
            "These got two different labels. Choose one, and say which of them is right." if there else ""
        )
        if there:
            self.table.setCurrentCell(min(place, len(self._differing) - 1), _SAMPLE)

    def _take_second(self) -> None:
        self._decide(lambda one: one.second)

    def _keep_first(self) -> None:
        self._decide(lambda one: one.first)

    def _decide(self, which: Callable[[Twice], Label]) -> None:
        one = self.current()
        if one is not None:
            self.settled.emit(one.sample, which(one))

    def _show(self) -> None:
        one = self.current()
        if one is not None:
            self.wanted.emit(one.sample)

    def _build(self) -> None:
        table = self.table
        table.setAccessibleName("Samples with two different labels")
        table.setHorizontalHeaderLabels(["Sample", "First label", "Second label"])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.horizontalHeader().setSectionResizeMode(_SAMPLE, QHeaderView.ResizeMode.Stretch)
        for place in (_FIRST, _SECOND):
            table.setColumnWidth(place, 150)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.heading)
        column.addWidget(self.saying)
        column.addWidget(self.hint)
        column.addWidget(table, 1)
        column.addWidget(row(self.keep, self.take, self.show_it, None))
        column.addStretch(0)
        again = button("Look at others", self.again.emit)
        column.addWidget(row(again, None, button("Back to labelling", self.left.emit, "primary")))


def headline(found: Agreement, total: int) -> str:
    """Return how many labels were the same: ``17 of 20 the same (85 %)``."""
    if not found.answered:
        return "Nothing was labelled a second time"
    share = 100 * found.same / found.answered
    owed = f", {total - found.answered} left out" if found.answered < total else ""
    return f"{found.same} of {found.answered} the same ({share:.0f} %){owed}"


def sentence(found: Agreement) -> str:
    """Return what that means."""
    if found.apart is not None:
        return f"Two numbers for the same sample lie {found.apart:.3g} apart on average."
    if found.kappa is None:
        return "Only one class was named, so there is nothing to tell apart yet." if found.answered else ""
    return f"Beyond chance the agreement is {found.words} (Cohen's κ {found.kappa:.2f}; 1 is the same every time)."
