"""A text to be read and marked, and the list of its spans below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QSplitter

from labeling.annotations.model import Span
from studio.label.mark_table import MarkColumn, MarkTable
from studio.label.text_stage import TextStage

_EXCERPT = 120


class Reading(QSplitter):
    """Text above, spans below; ``refused`` tells what could not be done."""

    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.stage = TextStage()
        self.table = MarkTable(self.stage.editor, self._columns(), "Spans")
        self._can_mark = False
        self._numbers: dict[str, int] = {}
        self.setChildrenCollapsible(False)
        self.addWidget(self.stage)
        self.addWidget(self.table)
        for column in (1, 2):
            self.table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.setSizes([400, 110])
        self.setStretchFactor(0, 1)
        self.stage.chose.connect(self._follow)
        self.table.chose.connect(self.stage.choose)
        self.table.marks.wanted.connect(lambda at, mark: self.stage.tell(self.stage.editor.edit(at, mark)))
        self.table.marks.refused.connect(self.refused)

    def show_spans(self, spans: Sequence[Span], can_mark: bool, numbers: dict[str, int]) -> None:
        """Show the spans of the text; ``can_mark`` says whether it can have any."""
        self._can_mark, self._numbers = can_mark, numbers
        self.stage.show_spans(spans, can_mark, numbers)
        self._follow()

    def _follow(self) -> None:
        self.table.refresh(self._numbers)
        self.table.setVisible(self._can_mark and bool(self.stage.editor.marks))

    def _columns(self) -> list[MarkColumn[Span]]:
        editor = self.stage.editor
        return [
            MarkColumn("Words", lambda span: " ".join(editor.words_of(span)[:_EXCERPT].split())),
            MarkColumn("Start", lambda span: str(span.start), self._with_start),
            MarkColumn("End", lambda span: str(span.end), self._with_end),
        ]

    def _with_start(self, span: Span, words: str) -> Span | None:
        start = _number(words)
        return replace(span, start=start) if start is not None and start < span.end else None

    def _with_end(self, span: Span, words: str) -> Span | None:
        end = _number(words)
        inside = end is not None and span.start < end <= len(self.stage.editor.text)
        return replace(span, end=end) if end is not None and inside else None


def _number(words: str) -> int | None:
    plain = words.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 12 else None
