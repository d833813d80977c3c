"""Steps of the table networks."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.learners.base import Job
from engine.modalities.table import descent as descending
from engine.modalities.table.descent import Descent, Lesson, Recipe, pace
from engine.modalities.table.network import Shape
from engine.modalities.table.scaling import Scaling
from engine.modalities.table.target import Link
from engine.modalities.table.training import take_rows
from tests.engine.modalities.table.tables import a_job, a_job_of_many_classes


def a_descent(job: Job, recipe: Recipe) -> Descent:
    rows = take_rows(job)
    link = Link.fit(job.task, job.labels)
    scaling = Scaling.fit(rows.encoder, rows.numbers)
    codes = tuple(column.missing_code + 1 for column in rows.encoder.columns if column.is_category)
    width = job.task.outputs if link.name in ("softmax", "sigmoids") else 1
    shape = Shape(len(rows.checked), 2, 8, 1, len(scaling.numbers), len(scaling.gaps), codes, width)
    return Descent(Lesson.of(rows, scaling, link, "cpu"), shape, recipe, seed=0)


def test_the_pace_rises_and_falls() -> None:
    paces = [pace(progress) for progress in np.linspace(0.0, 1.0, 21)]
    assert max(paces) == pytest.approx(1.0)
    assert paces[0] < 0.1
    assert paces[-1] == pytest.approx(0.0)
    assert np.all(np.diff(paces[1:]) <= 0)


@pytest.mark.parametrize("job", [a_job(0), a_job(2), a_job(3), a_job_of_many_classes()], ids=["0", "2", "3", "many"])
def test_the_loss_is_the_one_by_which_candidates_are_judged(job: Job) -> None:
    lesson = a_descent(job, Recipe()).lesson
    places = np.arange(0, 60).reshape(3, 20)
    width = 1 if lesson.link.name in ("sigmoid", "exp", "identity") else 3
    raw = np.random.default_rng(0).normal(size=(3, 20, 1, width))
    found = float(lesson.loss(torch.tensor(raw), torch.tensor(places)))
    targets = lesson.link.raw_targets(job.labels)
    if lesson.link.is_classifier:
        wanted = sum(
            lesson.link.loss(job.labels[p], lesson.link.apply(r[:, 0])) for p, r in zip(places, raw, strict=True)
        )
    else:
        wanted = sum(float(((r[:, 0, 0] - targets[p]) ** 2).mean()) for p, r in zip(places, raw, strict=True))
    assert found == pytest.approx(wanted, rel=1e-5)


def test_a_turn_sees_nearly_every_row_once_and_the_next_in_another_order() -> None:
    descent = a_descent(a_job(2, size=300), Recipe(batch=16))
    turns = []
    for _ in range(2):
        rows = []
        for _ in range(descent.steps_a_turn):
            rows.append(descent._rows()[0].numpy())
            descent.steps += 1
        turns.append(np.concatenate(rows))
    learned = descent.lesson.learned[0]
    for turn in turns:
        assert len(np.unique(turn)) == len(turn)
        assert set(turn) <= set(learned)
        assert len(turn) > len(learned) - 16
    assert not np.array_equal(turns[0], turns[1])


def test_steps_lower_the_loss() -> None:
    descent = a_descent(a_job(2, size=300), Recipe(dropout=0.0))
    everyone = torch.arange(300).repeat(3, 1)

    def loss() -> float:
        from engine.modalities.table.network import outputs

        with torch.no_grad():
            return float(descent.lesson.loss(outputs(descent.weights, descent.lesson.inputs.at(everyone)), everyone))

    before = loss()
    for left in range(40, 0, -1):
        descent.step(left)
    assert descent.progress == 1.0
    assert loss() < 0.8 * before


def test_a_wide_table_is_checked_in_smaller_pieces_that_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    descent = a_descent(a_job(2, size=240), Recipe())
    whole, end = descent.answers(0)
    assert end == 80
    shape = descent.shape
    monkeypatch.setattr(descending, "_MOST_INPUTS", 40 * shape.folds * shape.members * shape.width)
    first, middle = descent.answers(0)
    second, end = descent.answers(middle)
    assert (middle, end) == (40, 80)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-5)


@pytest.mark.parametrize(
    ("columns", "frugality", "rows"), [(400, 0, 2048), (400, 2, 512), (20_000, 0, 50), (20_000, 1, 32), (0, 20, 32)]
)
def test_so_many_rows_are_checked_at_once_that_they_fit_into_memory(columns: int, frugality: int, rows: int) -> None:
    lesson = a_descent(a_job(2, size=60), Recipe()).lesson
    shape = Shape(folds=8, members=8, hidden=8, layers=1, numbers=0, gaps=columns, codes=(), outputs=1)
    assert Descent(lesson, shape, Recipe(), seed=0, frugality=frugality).checked_at_once == rows
