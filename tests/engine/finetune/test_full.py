from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from engine.finetune.full import asked_for, in_full
from engine.finetune.precision import is_fast
from engine.modalities.text.features import HALF_ON, frozen
from engine.modalities.text.samples import TextSamples
from engine.task import Kind, Modality, Task
from tests.exporters.texts import network


def test_all_threads_are_asked_until_the_last_has_enough() -> None:
    with in_full(), ThreadPoolExecutor(1) as other:
        with in_full():
            assert other.submit(asked_for).result()
        assert asked_for()
    assert not asked_for()


def test_nobody_asks_any_more_after_a_failure() -> None:
    with pytest.raises(ValueError, match="broken"), in_full():
        raise ValueError("broken")
    assert not asked_for()


def test_networks_look_at_texts_in_full_precision_where_it_is_asked_for() -> None:
    usual = torch.bfloat16 if is_fast("cpu", HALF_ON) else torch.float32
    assert frozen("cpu").words.weight.dtype == usual
    with in_full():
        assert frozen("cpu").words.weight.dtype == torch.float32
    assert frozen("cpu").words.weight.dtype == usual


def test_a_tuned_network_goes_back_to_what_is_faster() -> None:
    member, samples = network(Task(Modality.TEXT, Kind.REGRESSION), 1), TextSamples.from_texts(["a fine film", ""])
    before = member.predict(samples)
    with in_full():
        full = member.predict(samples)
    assert abs(full - before).max() < 0.05
    assert (member.predict(samples) == before).all()
