from __future__ import annotations

from pathlib import Path

from tests.benchmarks.labeling.figures import Figure, keep, keep_pictures, newest, report

ABOUT = {"date": "2026-01-02 03:04:05", "cores": 2, "cpu": "a processor", "load_before": 0.1, "commit": "abc"}


def test_a_bound_that_is_not_kept_is_seen() -> None:
    assert Figure("x", 19.9, "s", 20).line() == "| x | 19.9 s | ≤ 20 s | yes |"
    assert Figure("x", 20.5, "s", 20).line() == "| x | 20.5 s | ≤ 20 s | **no** |"
    assert Figure("x", 1234.5).line() == "| x | 1,234  |  |  |"


def test_the_newest_figures_of_each_part_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "labeling.jsonl"
    assert newest(path) == {}
    keep("kills", [Figure("lost", 1, "", 0)], ABOUT, path)
    keep("keys", [Figure("next", 31.5, "ms", 50)], ABOUT, path)
    keep("kills", [Figure("lost", 0, "", 0)], ABOUT, path)
    text = report(newest(path))
    assert "| lost | 0  | ≤ 0  | yes |" in text
    assert "| next | 31.5 ms | ≤ 50 ms | yes |" in text
    assert "**no**" not in text


def test_a_picture_that_a_part_drew_is_kept_beside_the_report(tmp_path: Path) -> None:
    (tmp_path / "work" / "deeper").mkdir(parents=True)
    (tmp_path / "work" / "order.png").write_bytes(b"curve")
    (tmp_path / "work" / "deeper" / "photo.png").write_bytes(b"material")
    keep_pictures(tmp_path / "work", tmp_path / "reports" / "labeling.jsonl")
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["labeling-order.png"]
