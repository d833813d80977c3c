from __future__ import annotations

import shutil
from pathlib import Path

import matplotlib
import pytest

from exporters.report.pdf.fonts import find_fonts, folders, without_fonts

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder of fonts as a system may have it: one that is usual, another, one that is damaged, and a letter."""
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"):
        shutil.copy(FONTS / name, tmp_path / name)
    (tmp_path / "broken.ttf").write_bytes(b"\x00\x01\x00\x00 not a font")
    (tmp_path / "empty.otf").write_bytes(b"")
    (tmp_path / "letter.txt").write_text("mine")
    return tmp_path


def test_the_usual_face_comes_with_its_bold(place: Path) -> None:
    fonts = find_fonts("Größe, Металл, بلاستيك", [place])

    assert fonts.base is not None
    assert fonts.bold is not None
    assert (fonts.base.path.name, fonts.bold.path.name) == ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    assert fonts.fallbacks == ()
    assert fonts.lacking == ()
    assert fonts.note() == ""
    assert fonts.joined


def test_a_face_is_taken_along_for_letters_that_the_usual_one_lacks(place: Path) -> None:
    fonts = find_fonts("a\u2312", [place])

    assert [face.path.name for face in fonts.fallbacks] == ["DejaVuSansMono.ttf"]
    assert fonts.lacking == ()
    assert not fonts.joined


def test_letters_that_no_font_has_are_told_rather_than_drawn_as_boxes(place: Path) -> None:
    fonts = find_fonts("纸张 🗑️", [place])

    assert fonts.written("纸 and 🗑️") == "? and ?"
    assert fonts.lacking == ("张", "纸", "🗑")
    assert "has 3 of its letters (CJK, emoji and symbols)" in fonts.note()


def test_signs_that_are_not_seen_are_left_out(place: Path) -> None:
    fonts = find_fonts("a\u200bb\ufe0fc", [place])

    assert fonts.written("a\u200bb\ufe0fc") == "abc"
    assert fonts.lacking == ()


def test_any_face_with_latin_letters_will_do(tmp_path: Path) -> None:
    shutil.copy(FONTS / "DejaVuSerif.ttf", tmp_path / "some.ttf")
    fonts = find_fonts("abc", [tmp_path])

    assert fonts.base is not None
    assert fonts.bold is None


def test_without_any_font_western_letters_are_left(tmp_path: Path) -> None:
    fonts = find_fonts("Größe “x” – 纸", [tmp_path, tmp_path / "absent"])

    assert fonts.base is None
    assert fonts.written("Größe “x” – 纸") == 'Größe "x" - ?'
    assert fonts.lacking == ("纸",)
    assert fonts == without_fonts("Größe “x” – 纸")


def test_fonts_are_looked_for_where_this_system_keeps_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_DIRS", f"{tmp_path}/a:{tmp_path}/b")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "c"))
    assert folders()[:3] == tuple(tmp_path / name / "fonts" for name in "abc")
    monkeypatch.setattr("sys.platform", "darwin")
    assert Path("/Library/Fonts") in folders()
    monkeypatch.setattr("sys.platform", "win32")
    assert any(folder.name == "Fonts" for folder in folders())
