from __future__ import annotations

import pytest

from engine.metrics.registry import METRICS
from studio.cli.scores import NAMES, right, score


def test_every_metric_of_the_engine_has_a_name() -> None:
    assert set(NAMES) == set(METRICS)


def test_a_score_carries_its_uncertainty() -> None:
    assert score("r2", 0.8134, [0.79, 0.84]) == "R² 0.813 (between 0.79 and 0.84)"
    assert score("rmse", 18231.2, None) == "RMSE 18,200"


@pytest.mark.parametrize(("value", "says"), [(1.0, "100"), (0.999, "99"), (0.0, "0"), (0.004, "1")])
def test_only_perfection_is_called_perfect(value: float, says: str) -> None:
    assert right(value, 50).startswith(f"right on {says} of 100")


def test_perfection_on_few_samples_is_not_believed() -> None:
    assert right(1.0, 20) == "right on 100 of 100 (between 84 and 100)"
