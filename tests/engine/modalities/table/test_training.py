"""Which rows a table learner works on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import DataError
from engine.modalities.table.training import take_rows
from engine.worker.first import Headcount
from tests.engine.modalities.table.tables import a_job


def test_each_fold_is_checked_on_what_it_does_not_learn_from() -> None:
    job = a_job(size=30)
    taken = take_rows(job)
    assert taken.checked == (0, 1, 2)
    for fold in taken.checked:
        learned, checked = taken.learned_from(fold), taken.checked_on(fold)
        assert not set(learned) & set(checked)
        assert len(learned) + len(checked) == 30


def test_fold_minus_one_is_always_learned_from_and_never_checked_on() -> None:
    job = a_job(size=30)
    job.folds[4] = -1
    taken = take_rows(job)
    assert all(4 in taken.learned_from(fold) for fold in taken.checked)
    assert taken.checked == (0, 1, 2)


def test_a_draw_keeps_the_checked_fold_whole() -> None:
    job = a_job(size=300)
    taken = take_rows(job, rows=50, folds=1)
    assert taken.checked == (0,)
    assert len(taken.checked_on(0)) == 100
    assert len(taken.learned_from(0)) == 50
    np.testing.assert_array_equal(taken.labels, job.labels[taken.rows])


def test_a_holdout_is_kept_whole_too() -> None:
    job = a_job(size=300)
    job.folds[job.folds > 0] = -1
    taken = take_rows(job, rows=50)
    assert len(taken.checked_on(0)) == 100
    assert len(taken.learned_from(0)) == 50


def test_predictions_go_back_to_their_places() -> None:
    taken = take_rows(a_job(size=30), rows=6, folds=1)
    spread = taken.spread(np.arange(len(taken.rows), dtype=np.float64)[:, None])
    assert spread.shape == (30, 1)
    assert np.isfinite(spread).sum() == len(taken.rows)
    np.testing.assert_array_equal(spread[taken.rows, 0], np.arange(len(taken.rows)))


def test_samples_of_another_modality_are_refused() -> None:
    with pytest.raises(DataError, match="takes table rows"):
        take_rows(replace(a_job(size=30), samples=Headcount(30)))
