from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.arrays import ByteArray
from engine.backbones.small_residual import Shape, shape_of
from engine.budget import Deadline
from engine.errors import DataError
from engine.learners.base import Job, Progress
from engine.modalities.image.learners import search
from engine.modalities.image.learners.scratch import Scratch
from engine.modalities.image.learners.search import Search
from engine.modalities.image.members.network import NetworkMember
from engine.modalities.image.squares import Squares
from engine.search import STRATEGIES, Choice, Settings
from engine.task import Kind
from tests.engine.learners import contract
from tests.engine.modalities.image.learners.test_scratch import glyph_job

SETTINGS: dict[str, Any] = {"trials": 3, "brief": 1, "epochs": 2, "batch": 16}


@pytest.fixture(autouse=True)
def small_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    space = dict(search.SPACE) | {"width": Choice((4, 8)), "depth": Choice((0, 1)), "stages": Choice((2,))}
    monkeypatch.setattr(search, "SPACE", space)
    monkeypatch.setattr(search, "_USUAL", Shape(width=8, depth=0, stages=2))


@pytest.fixture(scope="module")
def job() -> Job:
    return glyph_job(8)


def learner(job: Job, **changed: Any) -> Search:
    return Search(job, SETTINGS | changed)


@pytest.mark.parametrize("kind", Kind)
def test_predictions_are_well_formed(kind: Kind) -> None:
    job = glyph_job(8, kind)
    contract.predictions_are_well_formed(lambda: learner(job))


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_slices_and_restarts_change_nothing(job: Job, tmp_path: Path, strategy: str) -> None:
    contract.slices_and_restarts_change_nothing(lambda: learner(job, strategy=strategy), tmp_path)


def test_a_restart_within_any_trial_changes_nothing(job: Job, tmp_path: Path) -> None:
    whole = learner(job)
    contract.run_to_the_end(whole)
    now = learner(job)
    for turn in range(40):
        progress = [now.advance(Deadline(0.0)) for _ in range(12)][-1]
        (folder := tmp_path / str(turn)).mkdir()
        now.save(folder)
        now = learner(job)
        now.restore(folder)
        if progress.done:
            break
    assert now.best is not None
    assert whole.best is not None
    assert now.best[1] == whole.best[1]
    assert now.best[0] == pytest.approx(whole.best[0], abs=1e-6)  # some processors add up in another order after a load
    contract.run_to_the_end_after_restore(now)
    np.testing.assert_allclose(now.validation(), whole.validation(), atol=1e-5)


def test_a_pause_ends_its_slice(job: Job) -> None:
    contract.an_interrupted_slice_ends_soon(lambda: learner(job))


def test_starts_of_the_space_are_tried_after_the_usual_shape_and_the_best_so_far_is_told(job: Job) -> None:
    usual, start = asdict(search._USUAL), {**asdict(search._USUAL), "width": 4, "kernel": 5}
    one = learner(job, starts=(usual, {**start, "width": 999}, {"width": 4}, start))
    said = list[Progress]()
    while not said or not said[-1].done:
        said.append(one.advance(Deadline(0.0)))
    tried = one.strategy.save()["tried"]
    assert (tried[0], tried[1], len(tried)) == (usual, start, 3)
    assert said[0].found is None
    assert one.best is not None
    assert said[-1].found == one.best[1]


def test_the_best_shape_is_the_one_that_is_served_and_is_named(job: Job) -> None:
    one = learner(job)
    messages = []
    while not (progress := one.advance(Deadline(0.0))).done:
        messages.append(progress.message)
    assert one.best is not None
    member = one.member()
    assert isinstance(member, NetworkMember)
    shape = shape_of(member.backbone)
    assert {name: getattr(shape, name) for name in one.best[1]} == one.best[1]
    assert [message for message in messages if message] == [
        f"Of 3 shapes of a small network, the one with {shape.width} channels and {shape.depth} blocks in each of "
        "2 stages was taken."
    ]


@pytest.mark.parametrize("strategy", ["evolution", "halving"])
def test_the_best_shape_is_named_when_there_are_no_others_to_try(
    job: Job, monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    only = {name: Choice((value,)) for name, value in asdict(search._USUAL).items()}
    monkeypatch.setattr(search, "SPACE", only | {"width": Choice((4, 8))})
    one = learner(job, trials=50, strategy=strategy)
    messages = []
    while not (progress := one.advance(Deadline(0.0))).done:
        messages.append(progress.message)
    alone, both = "The only shape of a small network that could be tried to the end", "Of 2 shapes of a small network"
    whole = alone if strategy == "halving" else both  # which gives all of the work to one of them
    assert [message.split(", ")[0] for message in messages if message] == [whole]
    assert one.tried < 50


def test_shapes_are_compared_on_other_samples_than_the_best_is_checked_on(job: Job) -> None:
    one = learner(job)
    compared = set()
    for _ in range(1000):
        one.advance(Deadline(0.0))
        if not one._searching:
            break
        trial = one._inner
        if trial is not None:
            known = np.isfinite(trial.validation()).all(axis=1)
            compared |= set(job.folds[known].tolist())
    assert compared == {1}
    with_answers = np.isfinite(contract.run_to_the_end(one).validation()).all(axis=1)
    assert set(job.folds[with_answers].tolist()) == {0}


def test_pictures_are_read_once_for_all_trainings(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    plain = Squares._read

    def counted(squares: Squares, row: int) -> ByteArray | None:
        read.append(row)
        return plain(squares, row)

    monkeypatch.setattr(Squares, "_read", counted)
    contract.run_to_the_end(learner(job))
    assert sorted(read) == list(range(len(job.labels)))


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_no_network_is_trained_twice_briefly(
    job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, strategy: str
) -> None:
    trained = list[tuple[int, float]]()
    plain = Search._trial

    def noted(one: Search) -> Scratch:
        made = plain(one)
        assert one._asked is not None
        trained.append((one._asked["width"], made.epochs))
        return made

    monkeypatch.setattr(Search, "_trial", noted)
    monkeypatch.setattr(search, "SPACE", dict(search.SPACE) | {"activation": Choice(("relu",)), "depth": Choice((0,))})
    usual = asdict(search._USUAL)
    settings = {"trials": 6, "strategy": strategy, "starts": ({**usual, "kernel": 5}, {**usual, "excite": True})}
    one = learner(job, **settings)
    while len(one._worths) < 1:
        one.advance(Deadline(0.0))
    under_way = trained[-1:] if one._inner is not None else []
    one.save(tmp_path)
    one = learner(job, **settings)
    one.restore(tmp_path)
    while one._searching:
        progress = one.advance(Deadline(0.0))
    assert len(trained) == len(set(trained)) + len(under_way)
    assert one.compared == (1 if strategy == "halving" else 2)  # networks of two widths
    assert progress.message.startswith("Of 2 shapes" if one.compared == 2 else "The only shape")


def test_how_often_a_trial_sees_each_sample_is_bounded(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the shapes as they are
    passes = {}
    for width, depth, kernel in ((8, 0, 3), (16, 1, 3), (24, 1, 3), (48, 2, 5)):
        one = learner(job, brief=4)
        one._asked = asdict(Shape(width=width, depth=depth, kernel=kernel))
        passes[width] = one._trial().epochs
    assert passes[16] == 4
    assert 1 < passes[24] < 4
    assert passes[8] == 16
    assert 0.2 < passes[48] < 1  # four times the usual work


def test_how_far_it_is_survives_a_restart(job: Job, tmp_path: Path) -> None:
    one, again = learner(job), learner(job)
    while one._searching or one._advanced < 0.2:
        progress = one.advance(Deadline(0.0))
    assert not progress.done
    one.save(tmp_path)
    again.restore(tmp_path)
    assert again._progress() == one._progress() == progress.share


def asked(one: Search, most: int) -> list[Settings]:
    """Return what its strategy proposes, if wide shapes turn out best."""
    found = list[Settings]()
    for _ in range(most):
        settings = one.strategy.ask()
        assert settings is not None
        one.strategy.tell(settings, settings["width"], 1.0)
        found.append(settings)
    return found


def test_a_search_of_few_shapes_learns_from_the_first_third_of_them(job: Job) -> None:
    few, many = asked(learner(job, trials=16), 16), asked(learner(job, trials=48), 16)
    assert few[:5] == many[:5]
    assert few != many
    assert few == asked(learner(job, trials=16), 16)


def test_a_trial_for_which_the_time_was_too_short_is_no_news(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Progress(improved=False, done=True, share=0.0, message="Too little time was left to tune a network.")
    monkeypatch.setattr(Scratch, "advance", lambda self, deadline: said)
    one = learner(job)
    messages = [one.advance(Deadline(0.0)).message for _ in range(3)]
    assert messages[:2] == ["", ""]
    assert messages[2] == "No shape of a small network could be tried to the end, so the usual one was taken."
    assert one.advance(Deadline(0.0)).message == said.message


def test_only_shapes_that_could_be_compared_are_counted(
    job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, plain = learner(job), Scratch.advance

    def too_late_for_the_second(self: Scratch, deadline: Deadline) -> Progress:
        return Progress(improved=False, done=True) if one.tried == 1 else plain(self, deadline)

    monkeypatch.setattr(Scratch, "advance", too_late_for_the_second)
    while one.tried < 2:
        one.advance(Deadline(0.0))
    one.save(tmp_path)
    one = learner(job)
    one.restore(tmp_path)
    while not (message := one.advance(Deadline(0.0)).message):
        pass
    assert message.startswith("Of 2 shapes of a small network")


def test_each_trial_may_take_as_long_and_all_of_them_no_more_than_their_share(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[float] = []

    def take_all_that_is_allowed(self: Scratch, deadline: Deadline) -> Progress:
        taken.append(self.plan.share * deadline.left)
        return Progress(improved=False, done=True)

    monkeypatch.setattr(Scratch, "advance", take_all_that_is_allowed)
    one = learner(job, trials=16, share=0.4)
    while one._searching:
        one.advance(Deadline(0.0, left=1000.0 - sum(taken)))
    assert 8 < len(taken) <= 16  # what comes to the same network is not trained again
    np.testing.assert_allclose(taken, 25.0)


def test_a_long_training_for_which_the_time_was_too_short_is_not_said_to_be_through(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, plain = learner(job), Scratch.advance
    late = Progress(improved=False, done=True, share=0.1, message="Too little time was left.")
    monkeypatch.setattr(Scratch, "advance", lambda self, deadline: plain(self, deadline) if one._searching else late)
    while not (progress := one.advance(Deadline(0.0))).done:
        pass
    assert progress.share < 1.0  # so that the run names it as one for which there was no time


def test_it_is_left_out_where_little_time_is_left(job: Job) -> None:
    one = learner(job, least_s=240)
    progress = one.advance(Deadline(5.0, left=200.0))
    assert progress.done
    assert "Too little time" in progress.message
    assert progress.share < 1.0  # so that the run names it, where all others are through
    with pytest.raises(DataError, match="Nothing has been learned"):
        one.member()
    assert not learner(job, least_s=240).advance(Deadline(0.0, left=300.0)).done
