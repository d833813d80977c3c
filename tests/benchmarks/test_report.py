from __future__ import annotations

from tests.benchmarks.report import medians, report, table
from tests.benchmarks.training import Outcome


def outcome(contender: str, seed: int, nauc: float, **figures: float) -> Outcome:
    return Outcome(
        "adult_census",
        contender,
        seed,
        {"nauc": nauc, "accuracy": 0.87, "alc": 0.8, **figures},
        notes={"stopped": "budget"},
    )


def test_medians_are_over_seeds() -> None:
    found = medians([outcome("autodidact", seed, nauc) for seed, nauc in ((0, 0.80), (1, 0.90), (2, 0.86))])
    assert found["adult_census", "autodidact"]["nauc"] == 0.86


def test_goals_are_judged_with_their_ratio() -> None:
    written = report([outcome("autodidact", 0, 0.86, t_first_s=3.0)], {"stall_ms": 50.0}, ["a machine"])
    assert "| adult_census | first model (s) | ≤ 2 | 3.00 | 1.50 | **no** |" in written
    assert "| adult_census | test NAUC | ≥ 0.855 | 0.8600 | 1.01 | yes |" in written
    assert "| studio | longest stall while training (ms) | ≤ 100 | 50 | 0.50 | yes |" in written
    assert "- a machine" in written


def test_peers_stand_beside_with_ratios() -> None:
    written = report([outcome("autodidact", 0, 0.86), outcome("FLAML", 0, 0.80)], {}, [])
    assert "| FLAML | 0.8000 | 0.8700 | 0.8000 | – | – | – | 1.0750 | 1.0000 |" in written


def test_what_was_not_measured_has_no_section() -> None:
    written = report([outcome("FLAML", 0, 0.80)], {}, [])
    assert "## Training" not in written
    assert "## Studio" not in written
    assert "Numbers to reach" not in written


def test_a_table_has_a_ruled_header() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
