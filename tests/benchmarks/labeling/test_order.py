from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.task import Kind, Modality, Task
from labeling.suggest.space import Space
from tests.benchmarks.labeling import order
from tests.benchmarks.labeling.order import Curves, World, draw, figures, simulated
from tests.labeling.suggest.worlds import blobs


def world(count: int = 160) -> World:
    features, truth = blobs(count + 60, 4, far=1.2)
    points = Space.fit(features[:count]).points(features)
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b", "c", "d"))
    return World(points[:count], truth[:count], points[count:], truth[count:], task)


def test_a_session_labels_ten_after_ten_and_the_curve_rises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "SESSIONS", 2)
    monkeypatch.setattr(order, "SHARES", (0.06, 0.2, 0.4))
    found = simulated("blobs", world())
    assert found.suggested.shape == found.by_chance.shape
    means = found.suggested.mean(axis=0)
    assert means[-1] > means[0]
    assert found.all > 0.5
    draw([found], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 1000


def test_labels_needed_are_where_the_mean_of_the_sessions_first_reaches_all() -> None:
    suggested = np.array([[0.5, 0.8, 0.9], [0.7, 0.8, 0.9]])
    made = Curves("set", (10, 40, 60), 100, suggested, suggested - 0.1, all=0.8, tested=400)
    assert made.needed(made.suggested, made.all) == 40.0
    assert made.needed(made.by_chance, made.all) == 60.0
    assert made.needed(made.by_chance, 0.95) == 100.0
    told = {figure.name: figure for figure in figures(made)}
    assert told["set: right with 40 % of the labels, in the suggested order"].value == 80.0
    assert abs(made.noise - 0.02) < 1e-12
