"""A small network taught by the whole model."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.learners.base import Job
from engine.modalities.image.members.network import NetworkMember
from exporters.edge.candidates import Candidate, Ground, LeftOut, candidates
from exporters.edge.options import EdgeOptions
from exporters.edge.student import Taught, TaughtNetwork, held_out_folds, teach
from exporters.source import Source
from tests.exporters.edge.conftest import COLOURS

SETTINGS = {"backbone": "efficientnet_lite0", "resolution": 32, "frozen": 8, "epochs": 1, "batch": 16}


@pytest.fixture(scope="module")
def ground(source: Source) -> Ground:
    found = Ground.of(source)
    assert found is not None
    return found


def test_it_is_judged_by_a_fold_that_it_never_learned_from(ground: Ground) -> None:
    folds = held_out_folds(ground)
    assert folds is not None
    held_out = folds == 0
    assert set(folds.tolist()) == {0, -1}
    assert np.isfinite(ground.before[held_out]).all()
    taught = teach(ground, 60.0, lambda share, text: None, SETTINGS)
    assert taught is not None
    assert np.isfinite(taught.held_out).all(axis=1).tolist() == held_out.tolist()
    assert len(taught.member.parts) == 1


def test_targets_are_half_the_label_and_half_what_the_teacher_said_unlearned(ground: Ground) -> None:
    folds = held_out_folds(ground)
    assert folds is not None
    teacher = np.tile([0.2, 0.3, 0.5], (len(folds), 1))
    teacher[1] = np.nan
    folds[:2] = -1
    job = Job(COLOURS, ground.samples, ground.labels, folds)
    values = TaughtNetwork(job, SETTINGS, teacher).targets.values
    label = np.eye(3)[ground.labels.astype(int)]
    assert values[0] == pytest.approx(0.5 * label[0] + 0.5 * teacher[0])
    assert values[1] == pytest.approx(label[1])  # of this one the teacher knows nothing
    held_out = folds == 0
    assert np.array_equal(values[held_out], label[held_out])


def test_too_little_time_teaches_nothing(ground: Ground) -> None:
    assert teach(ground, 1e-9, lambda share, text: None, SETTINGS) is None


def test_without_folds_there_is_nothing_to_judge_by(ground: Ground) -> None:
    nowhere = dataclasses.replace(ground, before=np.full_like(ground.before, np.nan))
    assert held_out_folds(nowhere) is None


def test_a_network_whose_answers_are_not_known_is_not_tried(
    source: Source, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = source.model.members[0].member
    assert isinstance(member, NetworkMember)
    diverged = Taught(member, np.full_like(ground.before, np.nan))
    monkeypatch.setattr("exporters.edge.student.teach", lambda *told: diverged)
    found = list(candidates(source, ground, EdgeOptions(seconds=60.0), lambda share, text: None))
    assert LeftOut("A small network taught by the model", "there are no samples to judge it by") in found


def test_what_cannot_be_tried_says_why(source: Source) -> None:
    found = list(candidates(source, None, EdgeOptions(seconds=0.0), lambda share, text: None))
    reasons = [one.reason for one in found if isinstance(one, LeftOut)]
    assert reasons == [
        "there are no samples to judge it by",
        "there are no samples to learn from",
        "the run kept none",
    ]
    last = found[-1]
    assert isinstance(last, Candidate) and last.exact and last.evidence is None
