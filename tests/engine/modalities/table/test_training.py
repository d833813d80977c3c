"""Which rows a table learner works on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.budget import Deadline
from engine.errors import DataError
from engine.modalities.table import features, texts, training
from engine.modalities.table.training import TableLearner, take_rows
from engine.worker.first import Headcount
from tests.engine.modalities.table.tables import a_job, a_job_with_words, a_wide_job


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


def test_a_first_look_is_checked_on_no_more_rows_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MOST_CHECKED", 40)
    taken = take_rows(a_job(size=300), rows=50, folds=1)
    assert len(taken.checked_on(0)) == 40
    assert len(taken.learned_from(0)) == 50
    assert len(take_rows(a_job(size=300), folds=1).checked_on(0)) == 100


def test_texts_are_read_over_as_many_slices_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_ROWS_A_PIECE", 50)
    job = a_job_with_words(size=300)
    slices = 1
    while not TableLearner.prepare(job, {}, Deadline(0.0), begun=False):
        slices += 1
        assert slices < 100
    assert slices > 6
    taken = take_rows(job)
    other = take_rows(a_job_with_words(size=300))
    np.testing.assert_array_equal(taken.numbers, other.numbers)
    assert TableLearner.prepare(job, {}, Deadline(0.0), begun=True)


def test_very_many_columns_are_read_over_as_many_slices_as_it_takes() -> None:
    job, slices = a_wide_job(), 1
    while not TableLearner.prepare(job, {}, Deadline(0.0), begun=False):
        slices += 1
        assert slices < 100
    assert slices > 12  # six while they are learned, and as many while they are encoded
    taken, other = take_rows(job), take_rows(a_wide_job())
    assert taken.encoder == other.encoder
    np.testing.assert_array_equal(taken.numbers, other.numbers)


def test_of_very_many_rows_a_few_columns_are_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "_CELLS_A_PIECE", 100)
    job = a_job(size=60)
    assert not TableLearner.prepare(job, {}, Deadline(0.0), begun=False)
    assert TableLearner.prepare(job, {}, Deadline(60.0), begun=False)
    np.testing.assert_array_equal(take_rows(job).numbers, take_rows(a_job(size=60)).numbers)


def test_what_is_read_when_reading_fails_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    job = a_job_with_words(size=300)
    with monkeypatch.context() as broken:
        broken.setattr(texts, "occurrences", raise_memory_error)
        with pytest.raises(MemoryError):
            TableLearner.prepare(job, {}, Deadline(60.0), begun=False)
    assert TableLearner.prepare(job, {}, Deadline(60.0), begun=False)


def raise_memory_error(_: object) -> None:
    raise MemoryError


def test_lacks_of_memory_leave_fewer_rows_to_learn_from_and_all_to_check_on() -> None:
    job = a_job(size=4000)
    whole, frugal = take_rows(job), take_rows(replace(job, frugality=2))
    for fold in whole.checked:
        assert len(frugal.learned_from(fold)) < len(whole.learned_from(fold)) / 10
        assert set(frugal.learned_from(fold)) < set(whole.learned_from(fold))
        np.testing.assert_array_equal(frugal.checked_on(fold), whole.checked_on(fold))


def test_predictions_go_back_to_their_places() -> None:
    taken = take_rows(a_job(size=30), rows=6, folds=1)
    spread = taken.spread(np.arange(len(taken.rows), dtype=np.float64)[:, None])
    assert spread.shape == (30, 1)
    assert np.isfinite(spread).sum() == len(taken.rows)
    np.testing.assert_array_equal(spread[taken.rows, 0], np.arange(len(taken.rows)))


def test_samples_of_another_modality_are_refused() -> None:
    with pytest.raises(DataError, match="takes table rows"):
        take_rows(replace(a_job(size=30), samples=Headcount(30)))
