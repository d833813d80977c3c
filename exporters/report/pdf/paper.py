"""A4 pages to write the card on: fonts, colours, the foot of each page, and room that does not run out unseen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from typing_extensions import override

from exporters.report.document import Document
from exporters.report.pdf.fonts import Fonts
from exporters.report.plain import shown
from exporters.report.style import LIGHT

MARGIN, FOOT = 54.0, 48.0
BODY, SMALL = 10.0, 8.5
_PAGES = "\x01\x02\x03"  # stands for the number of pages, three figures wide; no name holds it, see shown
_OLDEST = datetime(1980, 1, 1, tzinfo=UTC)


def colour(role: str) -> tuple[int, int, int]:
    """Return a colour of the light page as red, green and blue."""
    value = LIGHT[role]
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


class Paper(FPDF):
    """Writes text from the top down. Lengths are in points."""

    def __init__(self, document: Document, fonts: Fonts) -> None:
        super().__init__(orientation="portrait", unit="pt", format="A4")
        self._fonts = fonts
        self._name = document.title
        self._take_fonts()
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.flowing(True)
        self.alias_nb_pages(_PAGES)
        self.c_margin = 0.0
        self.set_lang("en")
        self.set_title(document.title)
        self.set_subject(document.subtitle)
        self.set_keywords(", ".join(document.keywords))
        self.set_creator("Autodidact Studio")
        self.set_producer("Autodidact Studio, fpdf2")
        self.set_creation_date(document.moment or _OLDEST)

    def _take_fonts(self) -> None:
        fonts = self._fonts
        if fonts.base is None:
            self.face = "helvetica"
            return
        self.face = "base"
        self.add_font("base", "", fonts.base.path, collection_font_number=fonts.base.number)
        bold = fonts.bold or fonts.base
        self.add_font("base", "B", bold.path, collection_font_number=bold.number)
        for place, face in enumerate(fonts.fallbacks):
            self.add_font(f"more{place}", "", face.path, collection_font_number=face.number)
        self.set_fallback_fonts([f"more{place}" for place in range(len(fonts.fallbacks))], exact_match=False)
        self.set_text_shaping(fonts.joined, direction="ltr")  # of the sentences; names keep their own

    @override
    def footer(self) -> None:
        self.set_y(-FOOT)
        self.pen(SMALL, "muted")
        width = self.epw
        self.cell(width * 0.8, 12, self.fit(self._name, width * 0.78), new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.cell(width * 0.2, 12, f"{self.page_no()} / {_PAGES}", align="R")

    def plain(self, text: str) -> str:
        """Return text from outside as it can be written here."""
        return self._fonts.written(shown(text))

    def fit(self, text: str, width: float) -> str:
        """Return text cut at its end so that it takes no more than ``width``, in the pen's size."""
        line = self.plain(text)
        if self.get_string_width(line) <= width:
            return line
        while line and self.get_string_width(f"{line}…") > width:
            line = line[:-1]
        return f"{line}…"

    def pen(self, size: float, role: str = "ink", bold: bool = False) -> None:
        """Choose the size, colour and weight of what is written next."""
        self.set_font(self.face, "B" if bold else "", size)
        self.set_text_color(*colour(role))

    def flowing(self, on: bool) -> None:
        """Let text go on to the next page by itself, or not while something is drawn at fixed places."""
        self.set_auto_page_break(on, FOOT + 14)

    def left_over(self) -> float:
        """Return how much room the page still has, in points."""
        return float(self.h - FOOT - 14 - self.get_y())

    def need(self, height: float) -> None:
        """Go on to the next page where ``height`` does not fit on this one, and is not more than a page."""
        if height > self.left_over() and self.get_y() > MARGIN + 1:
            self.add_page()

    def lines(self, text: str, width: float, leading: float) -> float:
        """Return how tall a text gets in lines of ``width``, in the pen's size."""
        found = self.multi_cell(
            width, leading, self.plain(text), align="L", dry_run=True, output="HEIGHT", wrapmode=WrapMode.WORD
        )
        assert isinstance(found, (int, float))
        return float(found)

    def write_lines(
        self, text: str, width: float, leading: float, x: float | None = None, align: Literal["L", "R"] = "L"
    ) -> None:
        """Write a text in lines of ``width`` and go below it."""
        if x is not None:
            self.set_x(x)
        self.multi_cell(
            width, leading, self.plain(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT, wrapmode=WrapMode.WORD
        )
