from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from engine.run.tail import EventTail
from engine.task import Kind, Modality
from studio.theme import Mode, theme
from studio.train.curve_model import CurveModel, axis_title, description, height_range, steps, time_ticks
from studio.train.curve_view import CurveView
from studio.train.members_view import MembersModel
from studio.train.progress import CurvePoint, RunProgress
from tests.studio.recorded_runs import Recipe, record


def progress_of(path: Path, recipe: Recipe) -> RunProgress:
    progress = RunProgress()
    for event in EventTail(record(path / "run", recipe).events_path).poll():
        progress.take(event)
    return progress


def point(active_s: float, share: float | None, score: float = 0.5) -> CurvePoint:
    return CurvePoint(active_s, active_s, score, share, (0.4, 0.6), "learner")


def test_a_model_serves_until_the_next_one_does() -> None:
    times, heights = steps([point(1, 0.5), point(4, 0.75)], in_shares=True, until=9)

    assert times.tolist() == [1, 4, 4, 9]
    assert heights.tolist() == [50, 50, 75, 75]
    assert len(steps([], in_shares=True, until=3)[0]) == 0


@pytest.mark.parametrize(
    ("shares", "expected"), [((0.93, 0.97), (80, 100)), ((0.02, 0.5), (0, 100)), ((-0.3, 0.5), (-40, 100))]
)
def test_the_vertical_range_is_round(shares: tuple[float, float], expected: tuple[float, float]) -> None:
    assert height_range([point(1, share) for share in shares], in_shares=True) == expected


def test_a_plain_score_has_room_above_and_below() -> None:
    low, high = height_range([point(1, None, 0.62), point(2, None, 0.71)], in_shares=False)

    assert low < 0.62
    assert high > 0.71


@pytest.mark.parametrize("total", [10, 60, 300, 3600, 86400 * 3])
def test_the_time_axis_has_few_marks(total: float) -> None:
    for logarithmic in (False, True):
        marks = time_ticks(total, logarithmic)

        assert 2 <= len(marks) <= 12
        assert all(0 <= at <= total for at, _ in marks)


def test_the_curve_is_a_table_too(tmp_path: Path, qtmodeltester: ModelTester) -> None:
    progress = progress_of(tmp_path, Recipe())
    model = CurveModel()
    qtmodeltester.check(model)
    model.show_points(progress.points[:2], in_shares=True)
    model.show_points(progress.points, in_shares=True)
    qtmodeltester.check(model)

    assert model.rowCount() == 6
    assert [model.index(5, column).data() for column in range(3)] == ["58 s", "88 of 100", "features-5"]
    assert model.headerData(0, Qt.Orientation.Horizontal) == "After"


def test_the_members_are_a_table_heaviest_first(tmp_path: Path, qtmodeltester: ModelTester) -> None:
    model = MembersModel()
    model.show_parts(progress_of(tmp_path, Recipe()).parts[::-1])
    qtmodeltester.check(model)

    assert model.index(0, 1).data() == "70.0%"


def test_the_plot_says_what_it_shows_and_the_arrows_read_it(tmp_path: Path, qtbot: QtBot) -> None:
    view = CurveView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    progress = progress_of(tmp_path, Recipe(ended=None))
    view.show_progress(progress)

    assert view.plot.accessibleDescription() == description(progress)
    assert "88 of 100 after 58 s. 5 improvements so far." in description(progress)
    qtbot.keyClick(view.plot, Qt.Key.Key_Right)
    assert view.plot.accessibleDescription().startswith("After 0 s: 33 of 100.")
    qtbot.keyClick(view.plot, Qt.Key.Key_Right)
    assert view.plot.accessibleDescription().startswith("After 3 s: 62 of 100.")


def test_the_switches_stretch_time_and_show_the_table(tmp_path: Path, qtbot: QtBot) -> None:
    view = CurveView()
    qtbot.addWidget(view)
    view.show()
    view.show_progress(progress_of(tmp_path, Recipe()))
    before = view.plot.viewRange()[0][1]
    view.stretch.click()

    assert view.plot.viewRange()[0][1] == pytest.approx(np.log10(300), rel=0.1)
    assert before > 300
    view.as_table.click()
    assert view.table.isVisible()


def test_the_plot_follows_light_and_dark(tmp_path: Path, qtbot: QtBot) -> None:
    view = CurveView()
    qtbot.addWidget(view)
    theme().choose(Mode.DARK)
    dark = view.plot.backgroundBrush().color().lightness()
    theme().choose(Mode.LIGHT)

    assert view.plot.backgroundBrush().color().lightness() > dark


def test_axes_are_named_in_plain_words(tmp_path: Path) -> None:
    assert axis_title(RunProgress()) == "Right of 100"
    assert axis_title(progress_of(tmp_path, Recipe(Modality.TABLE, Kind.REGRESSION))) == "Explained of 100"
    odd = RunProgress(metric="rmse", points=[point(1, None)])
    assert axis_title(odd) == "Score (rmse)"
    assert description(RunProgress()).startswith("The learning curve is empty")
