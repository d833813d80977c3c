from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.events import Event
from engine.run.tail import EventTail
from engine.task import Kind, Modality
from studio.background import Background
from studio.train.durations import DurationChooser
from studio.train.feed import Feed
from studio.train.goal import Concern, Goal
from studio.train.progress import RunProgress
from studio.train.running import RunPanel
from studio.train.setup import SetupCard
from tests.studio.recorded_runs import Recipe, record


@pytest.fixture
def panel(qtbot: QtBot) -> RunPanel:
    made = RunPanel()
    qtbot.addWidget(made)
    made.resize(720, 520)
    made.show()
    return made


def shown(panel: RunPanel, path: Path, recipe: Recipe, lost: bool = False) -> tuple[RunProgress, Feed]:
    progress = RunProgress()
    feed = Feed(progress)
    for event in EventTail(record(path / "run", recipe).events_path).poll():
        progress.take(event)
        feed.take(event)
    panel.show_progress(progress, feed, lost)
    return progress, feed


def test_a_running_training_offers_three_verbs(panel: RunPanel, tmp_path: Path) -> None:
    shown(panel, tmp_path, Recipe(ended=None))

    assert panel.headline.text() == "Now tells 88 of 100 new photos correctly"
    assert panel.clock.text() == "4 min 2 s left"
    assert [verb for verb in panel.verbs if panel.can(verb)] == ["pause", "finish", "discard"]
    assert not panel.results.isVisible()
    assert not panel.drawer.table.isVisible()


def test_a_pause_that_is_taken_back_elsewhere_before_it_began_can_be_asked_for_again(
    panel: RunPanel, tmp_path: Path
) -> None:
    progress, feed = shown(panel, tmp_path, Recipe(ended=None))
    panel.asked("pause")
    panel.show_progress(progress, feed, lost=False)
    assert not panel.can("pause")
    progress.take(Event(99, 0.0, 60.0, "resumed"))
    panel.show_progress(progress, feed, lost=False)
    assert panel.can("pause")
    panel.asked("pause")
    panel.show_progress(progress, feed, lost=False)
    assert panel.verbs["pause"].text() == "Pausing…"


def test_a_press_is_answered_at_once_and_settled_by_the_worker(panel: RunPanel, tmp_path: Path) -> None:
    progress, feed = shown(panel, tmp_path, Recipe(ended=None))
    panel.asked("pause")

    assert panel.verbs["pause"].text() == "Pausing…"
    assert not panel.can("finish")
    progress.take(Event(99, 0.0, 60.0, "paused"))
    panel.show_progress(progress, feed, lost=False)
    assert panel.headline.text() == "Paused"
    assert panel.verbs["pause"].isHidden()
    assert panel.can("resume")


def test_the_end_offers_the_results(panel: RunPanel, tmp_path: Path) -> None:
    shown(panel, tmp_path, Recipe(ended="budget"))

    assert "The time is used up." in panel.sure.text()
    assert panel.results.isVisible()
    assert panel.again.isVisible()
    assert panel.bar.value() == panel.bar.maximum()


def test_a_lost_worker_says_what_is_kept_and_the_two_ways_on(panel: RunPanel, tmp_path: Path, qtbot: QtBot) -> None:
    shown(panel, tmp_path, Recipe(ended=None), lost=True)

    assert panel.lost.words.endswith("the best model so far is kept. It tells 88 of 100 new photos correctly.")
    buttons = {made.text(): made for made in panel.lost.findChildren(type(panel.again))}
    with qtbot.waitSignal(panel.resume_wanted):
        buttons["Resume"].click()
    with qtbot.waitSignal(panel.use_wanted):
        buttons["Use it"].click()


def test_a_lost_run_that_used_a_graphics_card_can_go_on_without_it(
    panel: RunPanel, tmp_path: Path, qtbot: QtBot
) -> None:
    shown(panel, tmp_path, Recipe(ended=None, device="cuda"), lost=True)

    buttons = {made.text(): made for made in panel.lost.findChildren(type(panel.again)) if made.isVisible()}
    assert list(buttons) == ["Resume", "Go on with the processor", "Use it"]
    with qtbot.waitSignal(panel.processor_wanted):
        buttons["Go on with the processor"].click()


def test_a_lost_run_about_numbers_does_not_say_how_many_are_right(panel: RunPanel, tmp_path: Path) -> None:
    shown(panel, tmp_path, Recipe(Modality.TABLE, Kind.REGRESSION, ended=None), lost=True)

    assert panel.lost.words.endswith("the best model so far is kept. It explains 87% of the differences.")


def test_a_worker_lost_before_any_model_offers_only_to_resume(panel: RunPanel, tmp_path: Path) -> None:
    shown(panel, tmp_path, Recipe(points=0, ended=None), lost=True)

    assert "there was no model yet" in panel.lost.words
    assert [made.text() for made in panel.lost.findChildren(type(panel.again)) if made.isVisible()] == ["Resume"]


def test_the_drawer_shows_the_parts_when_asked(panel: RunPanel, tmp_path: Path) -> None:
    shown(panel, tmp_path, Recipe(ended=None))
    panel.drawer.switch.click()

    assert panel.drawer.table.isVisible()
    assert "At work: features." in panel.drawer.state.text()


@pytest.mark.parametrize(
    ("typed", "seconds"), [("90s", 90.0), ("20m", 1200.0), ("2h", 7200.0), ("soon", None), ("1", None)]
)
def test_any_duration_can_be_typed(qtbot: QtBot, typed: str, seconds: float | None) -> None:
    chooser = DurationChooser()
    qtbot.addWidget(chooser)
    chooser.show()
    chooser.choose(300.0)
    qtbot.keyClicks(chooser.custom, typed)

    assert chooser.seconds == seconds
    assert chooser.problem.isVisible() is (seconds is None)


def test_an_unusual_duration_is_remembered_in_the_field(qtbot: QtBot) -> None:
    chooser = DurationChooser()
    qtbot.addWidget(chooser)
    chooser.choose(45.0)

    assert chooser.custom.text() == "45s"
    chooser.choose(600.0)
    assert (chooser.seconds, chooser.custom.text()) == (600.0, "")


def test_the_card_trains_for_the_time_chosen_or_says_why_not(qtbot: QtBot) -> None:
    card = SetupCard(Background())
    qtbot.addWidget(card)
    card.durations.choose(60.0)
    card.show_goal(Goal("Sort photos", ("Learns from 9 photos.",), (Concern("nut has 3.", "nut"),)), busy=False)

    with qtbot.waitSignal(card.train_wanted) as pressed:
        card.train.click()
    assert pressed.args == [60.0]
    assert card.train.accessibleName() == "Train for 1 min"
    label = next(made for made in card.findChildren(type(card.train)) if made.text() == "Label nut")
    with qtbot.waitSignal(card.labels_wanted) as wanted:
        label.click()
    assert wanted.args == ["nut"]
    card.show_goal(Goal("Sort photos", (), (), "Nothing is labelled."), busy=False)
    assert not card.train.isEnabled()
    card.show_goal(Goal("Sort photos", (), ()), busy=True)
    assert card.train.text() == "Starting…"


@pytest.mark.parametrize("verb", ["pause", "finish"])
def test_a_worker_lost_before_it_answered_leaves_the_way_to_discard(panel: RunPanel, tmp_path: Path, verb: str) -> None:
    progress, feed = shown(panel, tmp_path, Recipe(ended=None))
    panel.asked(verb)
    assert not panel.can("discard")
    panel.show_progress(progress, feed, lost=True)
    assert panel.can("discard")


def test_a_worker_lost_while_it_finished_leaves_the_way_to_discard(panel: RunPanel, tmp_path: Path) -> None:
    progress, feed = shown(panel, tmp_path, Recipe(ended=None))
    progress.take(Event(99, 0.0, 60.0, "heartbeat", {"state": "finishing", "remaining_s": 5.0}))
    panel.show_progress(progress, feed, lost=False)
    assert progress.state == "finishing" and not panel.can("discard")
    panel.show_progress(progress, feed, lost=True)
    assert panel.can("discard")
