"""One line to find samples with: words, a filter, an order; and below it, in words, what is shown."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.finding.filter_menu import fill_filter, fill_sort
from studio.finding.view import View
from studio.library import Library
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.field import Field
from studio.wording import capital

_TYPED_MS = 150


class FilterBar(QWidget):
    """Shows and changes what a view shows. Emits ``left`` when typing ends: the samples should get the focus."""

    left = Signal()

    def __init__(self, view: View, library: Library) -> None:
        super().__init__()
        self._view, self._library = view, library
        self.search = Field()
        self.search.setAccessibleName("Search")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(280)
        self.search.setMinimumWidth(120)
        self._typed = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self.filter_button = self._menu_button("Filter")
        self.sort_button = self._menu_button("Order")
        self._filter_menu, self._sort_menu = QMenu(self), QMenu(self)
        self.filter_button.setMenu(self._filter_menu)
        self.sort_button.setMenu(self._sort_menu)
        self.sentence = text("", "muted")
        self.everything = button("Show all", view.clear)
        self.anew = button("Find anew", view.refresh)
        self.anew.setToolTip("Labels or suggestions changed: find what matches now")
        self._said = row(self.sentence, self.anew, self.everything)
        self._build()
        self._listen()
        self.show_wanted()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def show_wanted(self) -> None:
        """Show what is wanted now."""
        view = self._view
        if not self.search.hasFocus() and self.search.text() != view.wanted.words:
            self.search.setText(view.wanted.words)
        narrows = view.wanted.narrows
        self.search.setPlaceholderText("Search the values" if view.listing.is_table else "Search by name")
        self.sentence.setText(f"Showing {view.words()}." if narrows else "")
        self.everything.setVisible(narrows)
        self.show_stale()
        order = view.wanted.order()
        self.sort_button.setText(capital(order))
        self.sort_button.setAccessibleName(f"Order: {order}")
        for made in (self.filter_button, self.sort_button):
            made.setEnabled(bool(len(view.listing)))

    def show_stale(self) -> None:
        """Offer to find anew where other samples would match by now."""
        self.anew.setVisible(self._view.stale)
        self._said.setVisible(self._view.stale or self._view.wanted.narrows)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(row(self.search, self.filter_button, self.sort_button, None))
        column.addWidget(self._said)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _listen(self) -> None:
        view = self._view
        view.changed.connect(self.show_wanted)
        view.suggested.connect(self.show_stale)
        self._library.relabelled.connect(self.show_stale)
        self.search.textChanged.connect(lambda _words: self._typed.start())
        self._typed.timeout.connect(self._searched)
        self.search.returnPressed.connect(self._entered)
        self.search.left.connect(self._left)
        self._filter_menu.aboutToShow.connect(lambda: fill_filter(self._filter_menu, view, self._library.counts()))
        self._sort_menu.aboutToShow.connect(lambda: fill_sort(self._sort_menu, view))

    def _searched(self) -> None:
        wanted = self._view.wanted
        if self.search.text() != wanted.words:
            self._view.show(replace(wanted, words=self.search.text(), ids=None, caption=""))

    def _entered(self) -> None:
        self._typed.stop()
        self._searched()
        self.left.emit()

    def _left(self) -> None:
        self.search.clear()
        self._entered()

    def _menu_button(self, title: str) -> QPushButton:
        made = button(title)
        made.setAccessibleName(title)
        return made
