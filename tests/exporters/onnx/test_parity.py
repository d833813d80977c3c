"""The gate: agreement is measured, disagreement stops the export."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Event
from typing import Any

import numpy as np
import pytest
from typing_extensions import override

from engine.arrays import FloatArray
from engine.dataset import Dataset
from engine.errors import EngineError
from engine.learners.constant import ConstantMember
from engine.samples import Samples
from exporters.errors import ParityError
from exporters.onnx.inputs.base import Feeds
from exporters.onnx.parity import check
from exporters.onnx.runtime import OnnxModel, Said
from tests.engine.flowers import FLOWERS, flowers
from tests.exporters.models import (
    MANY,
    NUMBER,
    PICTURES,
    SOUNDS,
    TABLE,
    constant,
    content_of,
    lightgbm,
    model_of,
    thumbnail,
)


class Spoiled(OnnxModel):
    """An export that says something else: ``difference`` is added to the first row's first number."""

    difference = 0.0
    label: str | None = None

    @override
    def run(self, feeds: Feeds) -> tuple[FloatArray, Said]:
        answers, labels = super().run(feeds)
        answers[0, 0] += self.difference
        return answers, (self.label, *labels[1:]) if self.label is not None else labels


def spoiled(model: Any, difference: float = 0.0, label: str | None = None) -> Spoiled:
    artefact = Spoiled(content_of(model))
    artefact.difference, artefact.label = difference, label
    return artefact


def test_real_and_awkward_rows_are_counted() -> None:
    model = model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6])))
    heard: list[int] = []
    parity = check(model, OnnxModel(content_of(model)), flowers(240), heard.append)
    assert (parity.samples, parity.real_samples) == (340, 240)
    assert heard[-1] == 340
    assert parity.difference <= 1e-12
    assert (parity.agreement, parity.ties) == (1.0, 0)
    assert {1, 2, 17} <= set(parity.batches)
    assert parity.milliseconds > 0


def test_pictures_are_tried_at_many_sizes_and_batches() -> None:
    model = model_of(PICTURES, thumbnail(PICTURES))
    parity = check(model, OnnxModel(content_of(model)), None)
    assert {"1x1", "1x37", "41x1", "3000x2000"} <= set(parity.sizes)
    assert {1, 2, 17} <= set(parity.batches)
    assert parity.real_samples == 0


def test_another_probability_is_refused_with_names_and_size() -> None:
    model = model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6])))
    with pytest.raises(
        ParityError, match=r"disagrees .* on \d+ of 340 samples \(allowed: 1e-09\): 'row \d+' by 0\.003"
    ):
        check(model, spoiled(model, 0.003), flowers(240))


def test_a_probability_within_the_tolerance_is_let_through_and_told() -> None:
    model = model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6])))
    assert check(model, spoiled(model, 5e-10), flowers(240)).difference == pytest.approx(5e-10)


def test_another_label_is_refused_even_where_probabilities_agree() -> None:
    model = model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6])))
    with pytest.raises(ParityError, match="disagrees"):
        check(model, spoiled(model, label="iris"), flowers(50))
    with pytest.raises(ParityError, match="disagrees"):
        check(model, spoiled(model, label="no such class"), flowers(50))


def test_another_label_among_equally_likely_classes_is_a_tie() -> None:
    model = model_of(FLOWERS, ConstantMember(np.array([0.5, 0.5])))
    parity = check(model, spoiled(model, label="rose"), flowers(50))
    assert parity.ties > 0
    assert parity.agreement < 1.0


class Flipped(OnnxModel):
    """An export that says of the first class of the first sample that the other thing holds."""

    @override
    def run(self, feeds: Feeds) -> tuple[FloatArray, Said]:
        answers, words = super().run(feeds)
        held = np.array(words)
        held[0, 0] ^= True
        return answers, held


def test_another_class_that_holds_is_refused_unless_it_is_as_near_to_a_half_as_the_tolerance() -> None:
    clear = model_of(MANY, ConstantMember(np.array([0.7, 0.2, 0.5])))
    assert check(clear, OnnxModel(content_of(clear)), None).agreement == 1.0
    with pytest.raises(ParityError, match="disagrees"):
        check(clear, Flipped(content_of(clear)), None)
    tied = model_of(MANY, ConstantMember(np.array([0.5 + 1e-10, 0.2, 0.5])))
    parity = check(tied, Flipped(content_of(tied)), None)
    assert parity.ties > 0
    assert parity.agreement < 1.0


def test_tables_are_held_to_a_billionth_and_media_to_a_ten_thousandth() -> None:
    for task, close, far in ((TABLE, 5e-10, 5e-9), (SOUNDS, 5e-5, 5e-4)):
        model = model_of(task, constant(task))
        assert check(model, spoiled(model, close), None).difference == pytest.approx(close, rel=1e-2)
        with pytest.raises(ParityError, match="disagrees"):
            check(model, spoiled(model, far), None)


def test_numbers_are_compared_relative_to_their_size() -> None:
    model = model_of(NUMBER, ConstantMember(np.array([1e6])))
    assert check(model, spoiled(model, 1e-5), None).difference == pytest.approx(1e-11)
    with pytest.raises(ParityError, match="disagrees"):
        check(model, spoiled(model, 1.0), None)


def test_a_nan_on_one_side_is_a_disagreement() -> None:
    model = model_of(TABLE, constant(TABLE))
    with pytest.raises(ParityError, match="by inf"):
        check(model, spoiled(model, float("nan")), None)


def test_numbers_that_overflow_on_both_sides_agree() -> None:
    member = lightgbm(NUMBER)
    huge = type(member)(member.encoder, member.boosters, replace(member.link, scale=1e4))
    model = model_of(NUMBER, huge)
    assert check(model, OnnxModel(content_of(model)), None).difference <= 1e-12


def test_an_engine_that_fails_says_so_itself() -> None:
    class Failing(ConstantMember):
        @override
        def predict(self, samples: Samples) -> FloatArray:
            raise EngineError("The weights went away.")

    model = model_of(FLOWERS, Failing(np.array([0.4, 0.6])))
    with pytest.raises(EngineError, match="went away"):
        check(model, OnnxModel(content_of(model)), Dataset(flowers(5).frame))


def test_who_cancels_does_not_wait_for_the_model() -> None:
    asked, answer = Event(), Event()

    class Slow(ConstantMember):
        @override
        def predict(self, samples: Samples) -> FloatArray:
            asked.set()
            answer.wait(20)
            return super().predict(samples)

    class Cancelled(OnnxModel):
        @override
        def run(self, feeds: Feeds) -> tuple[FloatArray, Said]:
            asked.wait(20)
            raise SystemExit(143)

    model = model_of(FLOWERS, Slow(np.array([0.4, 0.6])))
    quick = model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6])))
    start = time.perf_counter()
    try:
        with pytest.raises(SystemExit):
            check(model, Cancelled(content_of(quick)), flowers(5))
        assert time.perf_counter() - start < 10
    finally:
        answer.set()
