from __future__ import annotations

import re
import shutil
import zlib
from datetime import UTC, datetime
from pathlib import Path

import matplotlib
import pytest

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
from exporters.report.exporter import printed
from exporters.report.pdf.fonts import Fonts, find_fonts, without_fonts
from exporters.report.pdf.paper import FOOT, MARGIN, Paper
from exporters.report.pdf.writer import pdf
from exporters.report.plots.scene import Area, Dot, Line, Rect, Scene, Words

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
MOMENT = datetime(2026, 3, 9, 12, 30, tzinfo=UTC)
SCENE = Scene(
    700,
    420,
    (
        Rect(0, 0, 700, 420, "grid", 0.3),
        Line(((0, 0), (700, 420)), "accent", 2, dashed=True),
        Area(((0, 0), (50, 0), (50, 50)), "good", 0.5),
        Dot(20, 20, 4, "bad"),
        Words(350, 200, "纸 middle", "middle", upwards=True),
    ),
    "A plot",
    "said",
)
BLOCKS: tuple[Block, ...] = (
    Heading("In short"),
    Headline("Right on 94 of 100", "between 87 and 97"),
    Note("Something is missing."),
    Paragraph("Words. " * 60),
    Points(("one " * 30, "two"), numbered=True),
    Facts((("a name", "value " * 40), ("b", "c"))),
    Heading("Where it fails", 3),
    Figure(SCENE, "A caption"),
    Figure(SCENE, "Another"),
    Table("A table", ("Class", "Found"), tuple((f"class {k}", str(k)) for k in range(70)), frozenset({1})),
    Cards("Samples", (Card("one", "said"), Card("two", "said " * 80))),
)


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return find_fonts("abc", [FONTS])


def document(*blocks: Block, title: str = "Model card: bolts") -> Document:
    return Document(title, "learned from photos", blocks, MOMENT, ("model card",))


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", content))


def drawn(content: bytes) -> bytes:
    """All that is drawn, unpacked."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    found = []
    for stream in streams:
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:  # a picture
            continue
    return b"\n".join(found)


def test_every_block_is_written_and_the_file_is_the_same_each_time(fonts: Fonts) -> None:
    first, second = (pdf(document(*BLOCKS), fonts) for _ in range(2))

    assert first == second
    assert first.startswith(b"%PDF-")
    assert pages(first) == 4
    assert b"(D:20260309123000Z)" in first
    assert b"/Lang (en)" in first
    assert b"/Outlines" in first


def test_without_any_font_it_is_written_all_the_same() -> None:
    content = pdf(document(*BLOCKS), without_fonts("纸"))

    assert pages(content) >= 3
    assert b"Right on 94 of 100" in drawn(content)


def test_letters_from_outside_do_not_count_pages(fonts: Fonts) -> None:
    content = pdf(document(Paragraph("{nb} \x01\x02\x03 {nb}"), title="{nb} \x01\x02\x03"), fonts)

    assert pages(content) == 1


def test_no_part_of_a_figure_lies_beyond_its_page(fonts: Fonts, monkeypatch: pytest.MonkeyPatch) -> None:
    lowest: list[float] = []
    real = Paper.rect

    def watched(self: Paper, x: float, y: float, w: float, h: float, *more: object, **named: object) -> None:
        lowest.append(y + h)
        real(self, x, y, w, h, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Paper, "rect", watched)
    tall = Scene(300, 4000, (Rect(0, 0, 300, 4000, "grid"),), "tall", "tall")
    wide = Scene(3000, 100, (Rect(0, 0, 3000, 100, "grid"),), "wide", "wide")
    figures = [Figure(scene, "caption") for scene in (SCENE, tall, wide, SCENE, SCENE)]
    content = pdf(document(Heading("In short"), *figures), fonts)

    assert max(lowest) <= 842 - FOOT
    assert min(lowest) > MARGIN
    assert pages(content) == 3


def test_a_long_name_is_wrapped_not_lost(fonts: Fonts) -> None:
    name = "Donaudampfschifffahrtsgesellschaft" * 8
    table = Table("A table", ("Class", "Found"), ((name, "1"),), frozenset({1}))

    assert pages(pdf(document(Facts(((name, name),)), table, title=name), fonts)) == 1


def test_a_font_that_is_not_what_it_seems_costs_letters_not_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "fonts"
    place.mkdir()
    whole = (FONTS / "DejaVuSans.ttf").read_bytes()
    (place / "DejaVuSans.ttf").write_bytes(whole[: len(whole) // 2] + bytes(len(whole) // 2))
    monkeypatch.setattr("exporters.report.pdf.fonts.folders", lambda: (place,))
    content, note = printed(document(Heading("Металл")))

    assert pages(content) == 1
    assert "has 5 of its letters (Cyrillic)" in note


def test_a_table_below_a_note_is_not_filled_with_its_colour(fonts: Fonts) -> None:
    table = Table("A table", ("Class", "Found"), (("a", "1"), ("b", "2")))
    after_red = drawn(pdf(document(Note("Mind this."), table), fonts)).partition(b"0.702 0.149 0.1176 rg")[2]
    filled = re.findall(rb"(?m)^([\d. ]+) rg$", after_red)

    assert b"1 1 1" in filled


def test_a_picture_is_put_in(fonts: Fonts, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.jpg")
    content = pdf(document(Cards("c", (Card("a", "b", (tmp_path / "a.jpg").read_bytes()),))), fonts)

    assert b"/Subtype /Image" in content


def test_fonts_are_found_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(FONTS / "DejaVuSans.ttf", tmp_path / "DejaVuSans.ttf")
    monkeypatch.setattr("exporters.report.pdf.fonts.folders", lambda: (tmp_path,))
    content, note = printed(document(Heading("Металл 纸")))

    assert pages(content) == 1
    assert "has 1 of its letters (CJK)" in note
