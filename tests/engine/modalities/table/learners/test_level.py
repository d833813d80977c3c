"""The level of what the table learners answer where the target is skewed and learned as its logarithm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.learners import learner_class
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import a_job

LEARNERS: dict[str, dict[str, Any]] = {
    "table.lightgbm": {"stages": [{"rounds": 30}], "params": {"num_leaves": 4}},
    "table.search": {"trials": 1, "rounds": 30, "starts": [{"num_leaves": 4}]},
    "table.extra_trees": {"trees": 8, "leaf": 5},
    "table.linear": {"knots": 0},
    "table.network": {"epochs": 6, "members": 1, "hidden": 16},
}


@pytest.mark.parametrize("kind", LEARNERS)
def test_no_factor_would_bring_the_answers_nearer_and_what_is_served_has_it_too(kind: str) -> None:
    job = a_job(0, size=600)
    rng = np.random.default_rng(1)
    job = replace(job, labels=job.labels * np.exp(rng.normal(0.0, 0.8, len(job.labels))))
    learner = contract.run_to_the_end(learner_class(kind)(job, LEARNERS[kind]))
    answers, served = learner.validation()[:, 0], learner.member().predict(job.samples)[:, 0]
    assert answers @ job.labels / (answers @ answers) == pytest.approx(1.0)
    assert served.mean() == pytest.approx(answers.mean(), rel=0.1)
