"""Boosted trees: as many boosters as were bagged, and one set of them an answer."""

from __future__ import annotations

import numpy as np
import pytest

from engine.modalities.table.learners.lightgbm import LightGBM
from engine.modalities.table.means import MeanColumns
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.task import Task
from tests.engine.learners.contract import run_to_the_end
from tests.engine.modalities.table.tables import a_job_of_many_classes
from tests.exporters.models import NUMBER, TABLE, TWO, apart, booster_text, lightgbm, link_of, model_of, rows


def test_bags_of_boosters_are_averaged_alike() -> None:
    member = lightgbm(TABLE)
    bagged = LightGBMMember(member.encoder, member.boosters * 3, member.link, member.outputs)
    assert apart(model_of(TABLE, bagged), rows(60, seed=4)) <= 1e-13


def test_classes_that_grew_together_are_exact() -> None:
    job = a_job_of_many_classes()
    learner = run_to_the_end(LightGBM(job, {"stages": [{"rounds": 20}]}))
    assert apart(model_of(job.task, learner.member()), job.samples) <= 1e-13


def test_each_set_of_boosters_is_shown_its_own_means_of_values() -> None:
    member, rng = lightgbm(TABLE), np.random.default_rng(0)
    places = [int(place) for place in member.encoder.categories]
    sizes = {place: member.encoder.columns[place].missing_code + 1 for place in places}
    told = [MeanColumns({place: rng.normal(size=size) for place, size in sizes.items()}) for _ in range(2)]
    samples = rows(300, seed=1)
    encoded = samples.encoded(member.encoder)
    seen = [means.beside(encoded) for means in told]
    texts = [
        booster_text(numbers, (numbers[:, -1] > 0.0).astype(np.float64), 2, {"objective": "binary"}) for numbers in seen
    ]
    shown = LightGBMMember(member.encoder, texts, link_of(TWO), means=told)
    assert not np.array_equal(
        shown.predict(samples), LightGBMMember(member.encoder, texts, link_of(TWO), means=told[::-1]).predict(samples)
    )
    assert apart(model_of(TWO, shown), rows(60, seed=4)) <= 1e-13


@pytest.mark.parametrize("task", [TABLE, TWO, NUMBER], ids=["three classes", "two classes", "number"])
def test_every_kind_of_answer_is_exact(task: Task) -> None:
    model, samples = model_of(task, lightgbm(task)), rows(60, seed=5)
    assert apart(model, samples) <= 1e-13 * max(1.0, float(model.predict(samples).max()))
