"""The blocks of the card, one below the other; nothing that belongs together is torn by a page's end."""

from __future__ import annotations

import io
from collections.abc import Sequence

from fpdf.enums import TableBordersLayout, WrapMode
from fpdf.fonts import FontFace

from exporters.report.document import (
    Block,
    Card,
    Cards,
    Document,
    Facts,
    Figure,
    Heading,
    Headline,
    Note,
    Paragraph,
    Points,
    Table,
)
from exporters.report.pdf.drawing import draw
from exporters.report.pdf.fonts import Fonts
from exporters.report.pdf.paper import BODY, MARGIN, SMALL, Paper, colour

_LEADING, _SMALL_LEADING = 14.0, 11.5
_SCALE = 0.72  # points a pixel: about three quarters, as on paper
_ROWS, _WHOLE = 40, 12  # rows that are written at most, and that are not torn where there are no more
_ACROSS, _GAP, _PICTURE = 3, 12.0, 112.0
_KEEP = 90.0  # what a heading keeps with it


def pdf(document: Document, fonts: Fonts) -> bytes:
    """Return the card as the bytes of a PDF; equal documents and fonts give equal bytes."""
    writer = _Writer(document, fonts)
    return writer.written()


class _Writer:
    def __init__(self, document: Document, fonts: Fonts) -> None:
        self._document, self._fonts = document, fonts
        self._paper = Paper(document, fonts)

    def written(self) -> bytes:
        paper, document = self._paper, self._document
        paper.add_page()
        paper.pen(20, bold=True)
        paper.write_lines(document.title, paper.epw, 25)
        paper.pen(11, "muted")
        paper.write_lines(document.subtitle[:1].upper() + document.subtitle[1:], paper.epw, 16)
        if self._fonts.note():
            self._note(Note(self._fonts.note()))
        for place, block in enumerate(document.blocks):
            if isinstance(block, Heading):
                paper.need(self._together(place))
            self._block(block)
        return bytes(paper.output())

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self._heading(block)
            case Paragraph():
                self._paragraph(block)
            case Headline():
                self._headline(block)
            case Note():
                self._note(block)
            case Points():
                self._points(block)
            case Facts():
                self._facts(block)
            case Table():
                self._table(block)
            case Figure():
                self._figure(block)
            case Cards():
                self._cards(block)

    def _together(self, place: int) -> float:
        """Return how much room a heading wants with the beginning of what follows it, so that it never ends a page."""
        tall, blocks = 0.0, self._document.blocks
        for block in blocks[place:]:
            if isinstance(block, Heading):
                tall += 48
            elif isinstance(block, Paragraph):
                self._paper.pen(BODY)
                tall += self._paper.lines(block.text, self._paper.epw, _LEADING) + 6
            else:
                return tall + self._least(block)
        return tall

    def _least(self, block: Block) -> float:
        """Return how much room the beginning of a block takes that must not be torn off."""
        if isinstance(block, Figure):
            return self._size(block)[1] + self._below(block)
        if isinstance(block, Cards):
            across, wide = self._across(block)
            return 40 + max(self._height(card, wide) for card in block.cards[:across])
        return _KEEP

    def _heading(self, block: Heading) -> None:
        paper, chapter = self._paper, block.level == 2
        paper.ln(18 if chapter else 10)
        if chapter:
            paper.start_section(paper.plain(block.text))
            paper.set_draw_color(*colour("grid"))
            paper.set_line_width(0.8)
            paper.line(MARGIN, paper.get_y() - 6, MARGIN + paper.epw, paper.get_y() - 6)
        paper.pen(15 if chapter else 11.5, bold=True)
        paper.write_lines(block.text, paper.epw, 20 if chapter else 16)
        paper.ln(4 if chapter else 2)

    def _paragraph(self, block: Paragraph) -> None:
        size, leading = (SMALL, _SMALL_LEADING) if block.muted else (BODY, _LEADING)
        self._paper.pen(size, "muted" if block.muted else "ink")
        self._paper.write_lines(block.text, self._paper.epw, leading)
        self._paper.ln(6)

    def _headline(self, block: Headline) -> None:
        paper = self._paper
        paper.need(70)
        paper.ln(4)
        paper.pen(24, bold=True)
        paper.write_lines(block.text, paper.epw, 30)
        paper.pen(11.5)
        paper.write_lines(block.below, paper.epw, 16)
        paper.ln(8)

    def _note(self, block: Note) -> None:
        paper = self._paper
        paper.pen(BODY)
        tall = paper.lines(block.text, paper.epw - 24, _LEADING)
        paper.need(tall + 16)
        paper.ln(6)
        top = paper.get_y()
        paper.set_fill_color(*colour("note"))
        paper.rect(MARGIN, top, paper.epw, tall + 12, style="F")
        paper.set_fill_color(*colour("bad"))
        paper.rect(MARGIN, top, 3, tall + 12, style="F")
        paper.set_y(top + 6)
        paper.write_lines(block.text, paper.epw - 24, _LEADING, MARGIN + 14)
        paper.set_y(top + tall + 20)

    def _points(self, block: Points) -> None:
        paper = self._paper
        for number, item in enumerate(block.items, start=1):
            paper.pen(BODY)
            paper.need(min(paper.lines(item, paper.epw - 18, _LEADING), 200))
            top = paper.get_y()
            paper.set_x(MARGIN)
            paper.cell(18, _LEADING, f"{number}." if block.numbered else "•")
            paper.set_y(top)
            paper.write_lines(item, paper.epw - 18, _LEADING, MARGIN + 18)
            paper.ln(3)
        paper.ln(4)

    def _facts(self, block: Facts) -> None:
        paper = self._paper
        wide = paper.epw * 0.36
        for name, value in block.rows:
            paper.pen(BODY, "muted")
            tall = paper.lines(name, wide - 12, _LEADING)
            paper.pen(BODY)
            tall = max(tall, paper.lines(value, paper.epw - wide, _LEADING))
            paper.need(tall)
            top = paper.get_y()
            paper.pen(BODY, "muted")
            paper.write_lines(name, wide - 12, _LEADING)
            paper.set_y(top)
            paper.pen(BODY)
            paper.write_lines(value, paper.epw - wide, _LEADING, MARGIN + wide)
            paper.set_y(top + tall + 2)
        paper.ln(6)

    def _table(self, block: Table) -> None:
        paper = self._paper
        self._caption(block.caption, keep=self._rows_kept(block))
        most = max(_ROWS, block.first)
        rows = block.rows[:most]
        paper.pen(SMALL)
        paper.set_fill_color(*colour("surface"))  # cells are filled with whatever was used last
        paper.set_draw_color(*colour("grid"))
        paper.set_line_width(0.5)
        aligned = tuple("RIGHT" if k in block.numbers else "LEFT" for k in range(len(block.header)))
        with paper.table(
            col_widths=_widths(block, rows),
            text_align=aligned,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=colour("ink")),
            line_height=_SMALL_LEADING,
            padding=(2, 8, 2, 0),
            wrapmode=WrapMode.WORD,
            v_align="TOP",
        ) as table:
            for cells in (block.header, *rows):
                line = table.row()
                for cell in cells:
                    line.cell(paper.plain(cell) if cell else "")
        if len(block.rows) > most:
            paper.ln(3)
            self._small(f"{len(block.rows) - most:,} more rows are in the page (HTML) beside this file.")
        paper.ln(10)

    def _rows_kept(self, block: Table) -> float:
        """Return about how much room a table needs so as not to be torn: all of a short one, the head of a long."""
        rows = len(block.rows) if len(block.rows) <= _WHOLE else 2
        return 30 + rows * 1.5 * _SMALL_LEADING

    def _caption(self, text: str, keep: float) -> None:
        paper = self._paper
        paper.pen(SMALL, "muted")
        paper.need(paper.lines(text, paper.epw, _SMALL_LEADING) + keep)
        paper.write_lines(text, paper.epw, _SMALL_LEADING)
        paper.ln(3)

    def _small(self, text: str) -> None:
        self._paper.pen(SMALL, "muted")
        self._paper.write_lines(text, self._paper.epw, _SMALL_LEADING)

    def _below(self, block: Figure) -> float:
        """Return how tall the caption of a figure is."""
        self._paper.pen(SMALL, "muted")
        return self._paper.lines(block.caption, self._paper.epw, _SMALL_LEADING) + 14

    def _size(self, block: Figure) -> tuple[float, float]:
        """Return the scale at which a figure fits on a page, and how tall it gets."""
        room = self._paper.h - 2 * MARGIN - self._below(block) - 110  # beside a heading
        scale = min(_SCALE, self._paper.epw / block.scene.width, room / block.scene.height)
        return scale, block.scene.height * scale

    def _figure(self, block: Figure) -> None:
        paper = self._paper
        scale, tall = self._size(block)
        paper.need(tall + self._below(block))
        top = paper.get_y() + 4
        paper.flowing(False)
        draw(paper, block.scene, MARGIN, top, scale)
        paper.flowing(True)
        paper.set_xy(MARGIN, top + tall + 4)
        self._small(block.caption)
        paper.ln(8)

    def _across(self, block: Cards) -> tuple[int, float]:
        """Return how many cards lie side by side, and how wide each is."""
        across = _ACROSS if any(card.picture for card in block.cards) else 2
        return across, (self._paper.epw - _GAP * (across - 1)) / across

    def _cards(self, block: Cards) -> None:
        across, wide = self._across(block)
        self._caption(block.caption, keep=max(self._height(card, wide) for card in block.cards[:across]))
        for start in range(0, len(block.cards), across):
            self._line_of_cards(block.cards[start : start + across], wide)
        self._paper.ln(6)

    def _line_of_cards(self, cards: Sequence[Card], wide: float) -> None:
        paper = self._paper
        tall = max(self._height(card, wide) for card in cards)
        paper.need(tall + _GAP)
        top = paper.get_y()
        paper.flowing(False)
        for place, card in enumerate(cards):
            self._one_card(card, MARGIN + place * (wide + _GAP), top, wide)
        paper.flowing(True)
        paper.set_xy(MARGIN, top + tall + _GAP)

    def _height(self, card: Card, wide: float) -> float:
        paper = self._paper
        paper.pen(SMALL, bold=True)
        tall = paper.lines(card.title, wide, _SMALL_LEADING)
        paper.pen(SMALL)
        return tall + paper.lines(card.text, wide, _SMALL_LEADING) + (_PICTURE + 5 if card.picture else 0)

    def _one_card(self, card: Card, x: float, top: float, wide: float) -> None:
        paper, y = self._paper, top
        if card.picture is not None:
            paper.set_fill_color(*colour("page"))
            paper.rect(x, y, wide, _PICTURE, style="F")
            paper.image(
                io.BytesIO(card.picture), x, y, wide, _PICTURE, keep_aspect_ratio=True, alt_text=paper.plain(card.title)
            )
            y += _PICTURE + 5
        paper.set_xy(x, y)
        paper.pen(SMALL, bold=True)
        paper.write_lines(card.title, wide, _SMALL_LEADING, x)
        paper.pen(SMALL)
        paper.write_lines(card.text, wide, _SMALL_LEADING, x)


def _widths(block: Table, rows: Sequence[tuple[str, ...]]) -> tuple[float, ...]:
    """Return how wide each column wants to be beside the others: by its longest cells, within reason."""
    wanted = []
    for column, word in enumerate(block.header):
        longest = max([len(word) * 0.8, *(len(row[column]) for row in rows)], default=1.0)
        wanted.append(min(max(longest, 5.0), 34.0) + 2)
    return tuple(wanted)
