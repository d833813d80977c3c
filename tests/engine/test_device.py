"""Where to compute."""

from __future__ import annotations

import os

import pytest

from engine import device
from engine.errors import DeviceError


def test_the_processor_is_always_there() -> None:
    assert device.resolve("cpu") == "cpu"


def test_without_a_driver_the_processor_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: False)
    assert device.resolve("auto") == "cpu"


def test_a_card_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: False)
    with pytest.raises(DeviceError, match="No supported graphics card"):
        device.resolve("cuda")


def test_a_card_with_a_driver_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: True)
    monkeypatch.setattr(device, "_cuda_usable", lambda: True)
    assert device.resolve("auto") == device.resolve("cuda") == "cuda"


def test_threads_are_those_this_process_may_use() -> None:
    assert 1 <= device.threads() <= (os.cpu_count() or 1)
