from __future__ import annotations

from pathlib import Path

from tests.benchmarks.exports.__main__ import parts
from tests.benchmarks.exports.figures import Figure, keep, kept, line, newest, report

ABOUT = {"date": "today", "cores": 2, "cpu": "a processor", "load_before": 0.1, "commit": "abc"}


def test_goals_are_upper_or_lower_bounds_or_none() -> None:
    assert kept(("seconds", 3.0, 3.0)) and not kept(("seconds", 3.0, 3.1))
    assert kept(("times", ">= 1.5", 1.5)) and not kept(("times", ">= 1.5", 1.4))
    assert kept(("anything", None, 1e9))
    assert line(("times", ">= 1.5", 1.4)) == "| times | 1.4 | ≥ 1.5 | **no** |"
    assert line(("seconds", 3.0, 2.25)) == "| seconds | 2.25 | ≤ 3 | yes |"


def test_the_newest_line_of_each_part_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "figures.jsonl"
    older: list[Figure] = [("seconds", 3.0, 9.0)]
    for part, figures in (("server", older), ("edge", older), ("server", [("seconds", 3.0, 2.0)])):
        keep(part, figures, ABOUT, path)
    text = report(newest(path))
    assert text.index("## edge") < text.index("## server")
    assert "| seconds | 9 | ≤ 3 | **no** |" in text.partition("## server")[0]
    assert "| seconds | 2 | ≤ 3 | yes |" in text.partition("## server")[2]


def test_every_module_with_figures_is_a_part() -> None:
    assert "server" in parts() and "figures" not in parts() and not any(name.startswith("test_") for name in parts())
