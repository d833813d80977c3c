from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.task import Kind, Modality, Task
from labeling.suggest import head
from tests.labeling.suggest.worlds import blobs, known

THREE = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b", "c"))


@pytest.mark.parametrize("count", [10, 60, head.THOROUGH + 50, head.MOST + 100])
def test_few_labels_teach_classes_that_lie_apart(count: int) -> None:
    features, truth = blobs(count + 300, 3)
    points = known(features).points
    fitted = head.fit(points[:count], truth[:count].astype(float), THREE, np.arange(count), points[count:])
    answers, _ = fitted.answers(points[count:])
    np.testing.assert_allclose(answers.sum(axis=1), 1.0)
    assert (answers.argmax(axis=1) == truth[count:]).mean() > 0.9


def test_chances_are_about_as_high_as_they_are_right() -> None:
    features, truth = blobs(2000, 3, far=0.5)
    points = known(features).points
    fitted = head.fit(points[:150], truth[:150].astype(float), THREE, np.arange(150), points[150:])
    better, answers = fitted.answers(points[150:])
    assert better.max(axis=1).mean() > answers.max(axis=1).mean()
    right = (answers.argmax(axis=1) == truth[150:]).mean()
    assert 0.4 < right < 0.98
    assert abs(answers.max(axis=1).mean() - right) < 0.1


def test_near_copies_do_not_make_a_head_too_sure_of_itself() -> None:
    random = np.random.default_rng(0)
    noise = random.normal(size=(20, 30)).astype(np.float32)
    points = known(np.repeat(noise, 4, axis=0)).points  # each of twenty pictures four times, labels by chance
    labels = np.repeat(random.integers(0, 3, 20), 4).astype(float)
    fooled = head.fit(points, labels, THREE, np.arange(80), points[:0]).answers(points)[0].max(axis=1).mean()
    honest = (
        head.fit(points, labels, THREE, np.repeat(np.arange(20), 4), points[:0]).answers(points)[0].max(axis=1).mean()
    )
    assert honest < 0.75 < fooled


def test_several_classes_and_numbers_are_learned_too() -> None:
    features, truth = blobs(400, 4)
    points = known(features).points
    several: FloatArray = np.stack([truth % 2 == 1, truth >= 2], axis=1).astype(float)
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("odd", "high"))
    answers = head.fit(points[:60], several[:60], task, np.arange(60), points[60:]).answers(points[60:])[0]
    assert ((answers > 0.5) == several[60:]).mean() > 0.95
    number = features[:, :5].sum(axis=1).astype(float) + 100.0
    fitted = head.fit(points[:200], number[:200], Task(Modality.TABLE, Kind.REGRESSION), np.arange(200), points[200:])
    off = fitted.answers(points[200:])[0][:, 0] - number[200:]
    assert np.sqrt((off**2).mean()) < 0.5 * number.std()
    assert 0.5 < fitted.error / np.sqrt((off**2).mean()) < 2.0


def test_what_is_unlike_all_labels_is_strange() -> None:
    features, truth = blobs(300, 3)
    points = known(features).points
    strange = head.strangeness(points[truth < 2][:40], points)
    assert strange[truth == 2].mean() > strange[truth < 2][40:].mean() + 0.1
    assert strange[truth < 2][:40].max() < 0.1
    assert strange.max() <= 1.0


def test_samples_without_a_label_help_where_there_are_many_labels() -> None:
    features, truth = blobs(2400, 6, far=0.62)
    points, count = known(features).points, head.TOLD_FROM + 60
    task = Task(Modality.IMAGE, Kind.MULTICLASS, tuple("abcdef"))
    labels, groups = truth[:count].astype(float), np.arange(count)

    def right(unlabelled: int) -> float:
        fitted = head.fit(points[:count], labels, task, groups, points[count : count + unlabelled])
        return float((fitted.answers(points[1600:])[0].argmax(axis=1) == truth[1600:]).mean())

    assert right(1000) >= right(0)
