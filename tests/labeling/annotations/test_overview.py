from __future__ import annotations

from pathlib import Path

from labeling.annotations.model import Carried
from labeling.annotations.overview import COLUMNS, overview
from labeling.annotations.registry import WRITERS

README = Path(__file__).parents[3] / "labeling" / "README.md"


def test_the_page_on_labels_tells_what_the_formats_tell() -> None:
    begin, end = "<!-- formats:begin -->\n", "<!-- formats:end -->"
    text = README.read_text(encoding="utf-8")
    assert text[text.index(begin) + len(begin) : text.index(end)] == overview()


def test_every_format_and_everything_to_carry_is_there() -> None:
    lines = overview().splitlines()
    assert len(lines) == len(WRITERS) + 2
    assert all(f"`{name}`" in overview() for name in WRITERS)
    assert set(COLUMNS) == set(Carried)
    assert {line.count("|") for line in lines} == {len(Carried) + 5}
