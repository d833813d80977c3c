"""What a lack of memory does to the table learners: they learn from fewer rows, and still answer for all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.arrays import IntArray
from engine.budget import Deadline
from engine.ensemble.leaderboard import Entrant, fit_to_serve
from engine.learners import learner_class
from engine.modalities.table import glm
from engine.modalities.table.training import TrainingRows
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import a_job

LEARNERS: dict[str, dict[str, Any]] = {
    "table.lightgbm": {"stages": [{"rounds": 20}]},
    "table.search": {"trials": 1, "rounds": 10},
    "table.extra_trees": {"trees": 2},
    "table.linear": {"knots": 0},
    "table.network": {"epochs": 6, "members": 1, "hidden": 16},
}


@pytest.mark.parametrize("kind", LEARNERS)
def test_it_learns_from_fewer_rows_and_is_still_fit_to_serve(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[int] = []
    asked, weighed = TrainingRows.learned_from, glm.Rows.take

    def noted(rows: TrainingRows, fold: int) -> IntArray:
        learned.append(len(asked(rows, fold)))
        return asked(rows, fold)

    def taken(seen: glm.Rows, rows: IntArray) -> glm.Rows:
        learned.append(len(rows))
        return weighed(seen, rows)

    monkeypatch.setattr(TrainingRows, "learned_from", noted)
    monkeypatch.setattr(glm.Rows, "take", taken)
    job, entrants = a_job(2, size=2400), []
    for frugality in (0, 2):
        learner = contract.run_to_the_end(learner_class(kind)(replace(job, frugality=frugality), LEARNERS[kind]))
        entrants.append(Entrant(kind, learner.validation()))
    assert min(learned) < max(learned) / 10
    assert fit_to_serve(entrants[1], entrants, job.folds)


@pytest.mark.parametrize("kind", sorted(LEARNERS))
def test_it_goes_on_frugally_from_what_it_had(kind: str, tmp_path: Path) -> None:
    job = a_job(2, size=600)
    whole = learner_class(kind)(job, LEARNERS[kind])
    whole.advance(Deadline(0.0))
    whole.save(tmp_path)
    frugal = learner_class(kind)(replace(job, frugality=1), LEARNERS[kind])
    frugal.restore(tmp_path)
    contract.run_to_the_end_after_restore(frugal)
    assert np.isfinite(frugal.validation()).all()
    assert (frugal.validation().argmax(axis=1) == job.labels).mean() > 0.7
