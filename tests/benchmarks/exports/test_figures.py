from __future__ import annotations

from tests.benchmarks import ledger
from tests.benchmarks.exports.__main__ import parts
from tests.benchmarks.exports.figures import entered


def test_goals_are_upper_or_lower_bounds_or_none() -> None:
    assert entered(("seconds", 3.0, 3.1)) == ledger.Figure("seconds", 3.1, most=3.0)
    assert entered(("times", ">= 1.5", 1.4)) == ledger.Figure("times", 1.4, least=1.5)
    assert entered(("anything", None, 1e9)) == ledger.Figure("anything", 1e9)


def test_every_module_with_figures_is_a_part() -> None:
    assert "server" in parts() and "figures" not in parts() and not any(name.startswith("test_") for name in parts())
