from __future__ import annotations

from pathlib import Path

from tests.benchmarks.ledger import Figure, Ledger

ABOUT = {"date": "2026-01-02 03:04:05", "cores": 2, "cpu": "a processor", "load_before": 0.1, "commit": "abc"}


def ledger(folder: Path) -> Ledger:
    return Ledger("figures", "Figures", "make figures", folder)


def test_bounds_are_upper_or_lower_or_none() -> None:
    assert Figure("x", 19.9, "s", 20).line() == "| x | 19.9 s | ≤ 20 s | yes |"
    assert Figure("x", 20.5, "s", 20).line() == "| x | 20.5 s | ≤ 20 s | **no** |"
    assert Figure("x", 1.4, least=1.5).line() == "| x | 1.4 | ≥ 1.5 | **no** |"
    assert Figure("x", 1.5, least=1.5).kept
    assert Figure("x", 1234.5).line() == "| x | 1,234 |  |  |"


def test_the_newest_figures_of_each_part_are_reported(tmp_path: Path) -> None:
    book = ledger(tmp_path / "reports")
    book.keep("kills", [Figure("lost", 1, "", 0)], ABOUT)
    book.keep("keys", [Figure("next", 31.5, "ms", 50)], ABOUT)
    book.keep("kills", [Figure("lost", 0, "", 0)], ABOUT)
    text = (tmp_path / "reports" / "figures.md").read_text(encoding="utf-8")
    assert text.index("## keys") < text.index("## kills")
    assert "| lost | 0 | ≤ 0 | yes |" in text and "| next | 31.5 ms | ≤ 50 ms | yes |" in text
    assert "**no**" not in text
    assert len(book.lines.read_text(encoding="utf-8").splitlines()) == 3


def test_a_picture_that_a_part_drew_is_kept_beside_the_report(tmp_path: Path) -> None:
    (tmp_path / "work" / "deeper").mkdir(parents=True)
    (tmp_path / "work" / "order.png").write_bytes(b"curve")
    (tmp_path / "work" / "deeper" / "photo.png").write_bytes(b"material")
    book = ledger(tmp_path / "reports")
    book.keep("order", [], ABOUT, tmp_path / "work")
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {
        "figures-order.png",
        "figures.jsonl",
        "figures.md",
    }
    assert "![order](figures-order.png)" in book.report()
