"""How much a change costs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from engine.samples import Samples
from engine.task import Kind, Modality, Task
from exporters.edge.evidence import MOST, Loss, Score, agreement, gather, metric_of
from exporters.edge.timing import paired
from exporters.onnx.runtime import OnnxModel
from tests.exporters.edge.conftest import COLOURS
from tests.exporters.models import PICTURE_NUMBER, pictures

SEVERAL = Task(Modality.IMAGE, Kind.MULTILABEL, ("a", "b"))


def sure(classes: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.eye(3)[classes] * 0.9 + 0.1 / 3


def test_a_loss_is_the_share_of_right_answers_that_went_wrong() -> None:
    labels = np.array([0.0, 1.0, 2.0, 2.0])
    lost = Loss.between(COLOURS, labels, sure([0, 1, 2, 0]), sure([0, 1, 0, 0]))
    assert lost.value == pytest.approx(0.25)
    assert lost.low <= lost.value <= lost.high
    assert Loss.between(COLOURS, labels, sure([0, 1, 0, 0]), sure([0, 1, 2, 0])).value == pytest.approx(-0.25)


def test_numbers_are_judged_by_the_share_of_their_spread_that_is_explained() -> None:
    assert metric_of(PICTURE_NUMBER) == "r2"
    known = np.array([1.0, 2.0, 3.0, 4.0])
    score = Score.of(PICTURE_NUMBER, known, known[:, None])
    assert (score.metric, score.samples) == ("r2", 4)
    assert score.value == pytest.approx(1.0)


def test_samples_that_only_one_side_knows_are_no_evidence() -> None:
    own, before = sure([0, 1, 2]), sure([0, 1, 2])
    own[0], before[1] = np.nan, np.nan
    found = gather(COLOURS, pictures(3), np.array([0.0, 1.0, 2.0]), before, own, learned=True)
    assert found is not None
    assert found.labels.tolist() == [2.0]
    before[2] = np.nan
    assert gather(COLOURS, pictures(3), np.array([0.0, 1.0, 2.0]), before, own, learned=True) is None


def test_of_many_samples_some_are_asked() -> None:
    count = MOST + 50
    said = sure([0] * count)
    found = gather(COLOURS, pictures(count), np.zeros(count), said, said, learned=False)
    assert found is not None
    assert (len(found.samples), found.own) == (MOST, None)


def test_agreement_is_about_answers_not_about_how_sure_they_are() -> None:
    assert agreement(COLOURS, sure([0, 1]), sure([0, 2])) == 0.5
    assert agreement(SEVERAL, np.array([[0.6, 0.4]]), np.array([[0.9, 0.1]])) == 1.0
    assert agreement(PICTURE_NUMBER, np.array([[1.0]]), np.array([[1.0]])) is None


def test_times_are_taken_in_turns() -> None:
    order: list[str] = []
    took = paired([lambda: order.append("a"), lambda: order.append("b")], rounds=4)
    assert len(took) == 2 and all(ms >= 0.0 for ms in took)
    assert "".join(order) == "ab" * (len(order) // 2)


def test_slow_models_are_not_asked_more_often_than_time_allows() -> None:
    asked: list[int] = []
    paired([lambda: asked.append(1)], rounds=1000, enough_s=0.0)
    assert len(asked) < 10


def test_few_samples_are_held_while_their_inner_parts_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []

    def counted(samples: Samples) -> Samples:
        held.append(len(samples))
        return samples

    monkeypatch.setattr("exporters.edge.evidence.nearby", counted)
    artefact = cast("OnnxModel", SimpleNamespace(predict=lambda samples: np.full((len(samples), 3), float(len(held)))))
    said = sure([0] * 40)
    found = gather(COLOURS, pictures(40), np.zeros(40), said, said, learned=True)
    assert found is not None
    assert found.asked(artefact).shape == (40, 3)
    assert max(held) <= 16 and sum(held) == 40
