from __future__ import annotations

from pathlib import Path

import pytest

from engine.events import Event
from engine.run.tail import EventTail
from engine.task import Kind, Modality
from studio.train.feed import Feed, now_sentence, sure_sentence
from studio.train.progress import RunProgress
from tests.studio.recorded_runs import Recipe, record


def replayed(path: Path, recipe: Recipe) -> tuple[RunProgress, Feed]:
    progress = RunProgress()
    feed = Feed(progress)
    for event in EventTail(record(path / "run", recipe).events_path).poll():
        progress.take(event)
        feed.take(event)
    return progress, feed


def test_replaying_a_run_gives_its_state(tmp_path: Path) -> None:
    progress, _ = replayed(tmp_path, Recipe(ended=None))

    assert progress.state == "running"
    assert (progress.budget_s, progress.n_train, progress.n_test) == (300.0, 120, 84)
    assert len(progress.points) == 6
    assert progress.best is progress.points[-1]
    assert progress.in_shares
    assert [part.name for part in progress.parts] == ["features-5", "thumbnail"]
    assert progress.remaining_s == pytest.approx(300 - progress.active_s, abs=0.01)


def test_the_feed_tells_the_run_in_plain_words(tmp_path: Path) -> None:
    progress, feed = replayed(tmp_path, Recipe(ended="converged"))
    told = [sentence.text for sentence in feed.sentences]

    assert told[0] == "Learning from 120 photos; 84 more are kept aside for an honest test."
    assert told[1] == "Where it starts: a plain guess tells 33 of 100 new photos correctly."
    assert told[2].startswith("First model: it tells 62 of 100 new photos correctly (between ")
    assert told[3].startswith("Better: now tells 76 of 100")
    assert told[-1].startswith("Nothing left to try in this time would help")
    assert now_sentence(progress) == "Done: it tells 88 of 100 new photos correctly"
    assert "Nothing left to try" in sure_sentence(progress)


def test_a_number_is_explained_in_parts_of_100(tmp_path: Path) -> None:
    progress, _ = replayed(tmp_path, Recipe(Modality.TABLE, Kind.REGRESSION, ended=None))

    assert now_sentence(progress) == "Now explains 87% of the differences"
    assert "Last improvement" in sure_sentence(progress)


def test_before_the_first_model_nothing_is_claimed(tmp_path: Path) -> None:
    progress, _ = replayed(tmp_path, Recipe(points=1, ended=None))

    assert progress.guessing
    assert now_sentence(progress) == "Looking at the data…"
    assert sure_sentence(progress) == "The first model comes in a few seconds."


def test_a_pause_a_failure_and_a_message_are_told() -> None:
    progress = RunProgress()
    feed = Feed(progress)
    for number, (kind, data) in enumerate(
        [
            ("failed", {"learner": "x", "reason": "memory", "message": "out of memory"}),
            ("message", {"level": "warning", "text": "Only 300 MB are left."}),
            ("paused", {}),
            ("resumed", {}),
            ("a type of tomorrow", {}),
        ]
    ):
        event = Event(number, 0.0, float(number), kind, data)
        progress.take(event)
        feed.take(event)
        if kind == "paused":
            assert progress.state == "paused"

    assert progress.state == "running"
    assert progress.failures == ["out of memory"]
    assert [sentence.level for sentence in feed.sentences] == ["warning", "warning", "info", "info"]
    assert feed.sentences[1].text == "Only 300 MB are left."


def test_a_score_that_rests_on_few_samples_is_less_sure() -> None:
    point = {"score": 0.8, "interval": [0.7, 0.9], "learner": "a", "metrics": {"accuracy": 0.9}}
    widths = []
    for count in (40, 4000):
        progress = RunProgress()
        progress.take(Event(0, 0.0, 1.0, "point", {**point, "checked": count}))
        low, high = progress.points[0].interval
        widths.append(high - low)
    assert widths[0] > 5 * widths[1]


def test_of_several_classes_all_have_to_be_right(tmp_path: Path) -> None:
    progress, _ = replayed(tmp_path, Recipe(kind=Kind.MULTILABEL))

    assert now_sentence(progress) == "Done: it names just the right classes of 88 of 100 new photos"
