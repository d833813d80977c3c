"""The text being labelled, to be read from its beginning, with its spans, which are marked by mouse or keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlock,
    QTextCursor,
    QTextLine,
)
from PySide6.QtWidgets import QPlainTextEdit
from typing_extensions import override

from labeling.annotations.model import Span
from studio.label.span_editor import SpanEditor
from studio.label.text_places import Places
from studio.listing import Listing
from studio.theme import SPACE, class_colour, colours, theme

CANNOT = "This text can't be read. It may have been moved or damaged. Your labels are safe."
LARGER = 1.15
_UNDER, _GAP, _LANES = 2.0, 1.0, 3
_CARET_KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
)  # fmt: skip


class TextStage(QPlainTextEdit):
    """Shows a text in a size for reading; keys that label go to the screen.

    ``changed`` tells all spans, what was done and whether that goes on with what was done before; ``chose`` that
    another span or stretch is chosen.
    """

    changed = Signal(list, str, bool)
    chose = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.editor = SpanEditor()
        self._text = ""
        self._places = Places("")
        self._can_mark = False
        self._numbers: Mapping[str, int] = {}
        self.setReadOnly(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setCursorWidth(2)
        self.document().setDocumentMargin(2 * SPACE)
        font = self.font()
        font.setPointSizeF(LARGER * font.pointSizeF())
        self.setFont(font)
        self.cursorPositionChanged.connect(self._went)
        self.selectionChanged.connect(self._went)
        theme().changed.connect(self._show_colours)
        self._show_colours()

    def _show_colours(self) -> None:
        """Select softly: the colours of spans lie above what is selected."""
        now = colours()
        self.setStyleSheet(
            f"QPlainTextEdit {{ selection-background-color: {now.accent_soft}; selection-color: {now.text}; }}"
        )

    def show_sample(self, listing: Listing, place: int) -> None:
        """Show one sample's text, or each of its columns under its name."""
        self.setAccessibleName(f"Text {listing.name(place)}")
        self.show_text(text_of(listing, place))

    def show_text(self, words: str) -> None:
        """Show a text, without spans at first."""
        if words != self._text:
            self._text = words
            self._places = Places(words)
            self.editor.load((), words)
            self.setPlainText(self._places.shown)

    def show_spans(self, spans: Sequence[Span], can_mark: bool, numbers: Mapping[str, int]) -> None:
        """Show the spans of the text; ``can_mark`` says whether it can have any, and so needs a caret."""
        flags = Qt.TextInteractionFlag.TextSelectableByMouse
        if can_mark:
            flags |= Qt.TextInteractionFlag.TextSelectableByKeyboard
        if flags != self.textInteractionFlags():
            self.setTextInteractionFlags(flags)
        self._can_mark, self._numbers = can_mark, numbers
        self.editor.load(spans, self._text)
        self._show_choice()

    def selection(self) -> tuple[int, int] | None:
        """Return the stretch that is selected, in characters; None where nothing is."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            return None
        start, end = self._places.offset(cursor.selectionStart()), self._places.offset(cursor.selectionEnd())
        return (start, end) if start < end else None

    def choose(self, at: int | None) -> None:
        """Choose a span and select its words; with None let go of both."""
        cursor = self.textCursor()
        if at is None:
            cursor.clearSelection()
        else:
            span = self.editor.marks[at]
            cursor.setPosition(self._places.position(span.start))
            cursor.setPosition(self._places.end_position(span.end), QTextCursor.MoveMode.KeepAnchor)
        self.blockSignals(True)
        self.setTextCursor(cursor)
        self.blockSignals(False)
        self.editor.chosen = at
        self._show_choice()
        self.chose.emit()

    def tell(self, did: str, joined: bool = False) -> None:
        """Tell what was done to the spans, if anything was, and select the chosen one."""
        if did:
            self.changed.emit(list(self.editor.marks), did, joined)
        self.choose(self.editor.chosen)

    def _show_choice(self) -> None:
        span = self.editor.mark
        said = f"chosen: {span.label}, {self.editor.words_of(span)[:80]}" if span is not None else ""
        self.setAccessibleDescription(said or ", ".join(mark.label for mark in self.editor.marks[:20]))
        self.viewport().update()

    def _went(self) -> None:
        """Follow the caret: a span under it is chosen, or the one whose words are exactly selected."""
        if not self._can_mark:
            return
        selected = self.selection()
        here = self._places.offset(self.textCursor().position())
        self.editor.chosen = self.editor.under(here) if selected is None else self.editor.at(*selected)
        self._show_choice()
        self.chose.emit()

    # -- keys ----------------------------------------------------------------------------------------------------

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            if self._is_for_caret(event):
                event.accept()
                return True
            event.ignore()
            return False
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_for_caret(event):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _is_for_caret(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.SelectAll):
            return True
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        return self._can_mark and event.key() in _CARET_KEYS and not alt

    # -- painting ------------------------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.editor.marks:
            return
        painter = QPainter(self.viewport())
        for block, at in self._blocks_in_sight():
            self._paint_block(painter, block, at)

    def boxes_of(self, number: int) -> list[QRectF]:
        """Return where the words of a span in sight are, a box a line and direction, in pixels of the viewport."""
        first, last = self._extent(self.editor.marks[number])
        return [box for block, at in self._blocks_in_sight() for box in _boxes(block, at, first, last)]

    def _blocks_in_sight(self) -> Iterator[tuple[QTextBlock, QPointF]]:
        block = self.firstVisibleBlock()
        while block.isValid():
            at = self.blockBoundingGeometry(block).translated(self.contentOffset()).topLeft()
            if at.y() > self.viewport().height():
                return
            yield block, at
            block = block.next()

    def _extent(self, span: Span) -> tuple[int, int]:
        return self._places.position(span.start), self._places.end_position(span.end)

    def _paint_block(self, painter: QPainter, block: QTextBlock, at: QPointF) -> None:
        start, end = block.position(), block.position() + block.length()
        for number, span in enumerate(self.editor.marks):
            first, last = self._extent(span)
            if first < end and last > start:
                for box in _boxes(block, at, first, last):
                    self._paint_box(painter, number, box)

    def _paint_box(self, painter: QPainter, number: int, box: QRectF) -> None:
        colour = class_colour(self._numbers.get(self.editor.marks[number].label, 0))
        chosen = number == self.editor.chosen
        shade = QColor(colour)
        shade.setAlpha(64 if chosen else 40)
        painter.fillRect(box, shade)
        lane = min(self.editor.lanes()[number], _LANES - 1)
        bottom = box.bottom() - lane * (_UNDER + _GAP)
        painter.fillRect(QRectF(box.left(), bottom - _UNDER, box.width(), _UNDER), colour)
        if chosen:
            painter.setPen(QPen(QColor(colours().text), 1))
            painter.drawRect(box)


def _boxes(block: QTextBlock, at: QPointF, first: int, last: int) -> Iterator[QRectF]:
    """Yield where the characters between two positions of the document are in a block that lies at a place."""
    layout = block.layout()
    low, high = max(first - block.position(), 0), min(last - block.position(), block.length() - 1)
    mixed = _has_right_to_left(block.text()) if low < high else False
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        start, end = max(low, line.textStart()), min(high, line.textStart() + line.textLength())
        if start < end:
            for left, right in _stretches(line, start, end, mixed):
                corner = QPointF(at.x() + left, at.y() + line.y())
                yield QRectF(corner, QSizeF(max(2.0, right - left), line.height()))


def _stretches(line: QTextLine, start: int, end: int, mixed: bool) -> Iterator[tuple[float, float]]:
    """Yield left and right ends: one stretch, or several where words of both directions stand in a line."""
    if not mixed:
        yield _x(line, start), _x(line, end)
        return
    for run in line.glyphRuns(start, end - start):
        box = run.boundingRect()
        if box.width() > 0:
            yield box.left(), box.right()


def _x(line: QTextLine, position: int) -> float:
    found: float | tuple[float, int] = line.cursorToX(position)  # type: ignore[assignment]
    return found[0] if isinstance(found, tuple) else found


def _has_right_to_left(words: str) -> bool:
    return not words.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in words)


def text_of(listing: Listing, place: int) -> str:
    """Return the text of a sample, from its file or its columns; a sentence where the file cannot be read."""
    from engine.errors import DataError
    from engine.modalities.text.decode import read_text

    if listing.frame is None:
        try:
            return read_text(listing.references[place])
        except DataError:
            return CANNOT
    values = {name: str(value or "") for name, value in listing.frame.row(place, named=True).items()}
    alone = len(values) == 1
    return "\n\n".join(value if alone else f"{name}\n{value}" for name, value in values.items())
