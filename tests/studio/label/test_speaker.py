"""With or without a sound device what is played is asked for in real time, and no longer once it is stopped."""

from __future__ import annotations

import time

import miniaudio
import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from studio.label.speaker import NO_DEVICE, Speaker

RATE = 16_000


def test_frames_are_pulled_until_it_is_stopped(qtbot: QtBot) -> None:
    speaker, asked = Speaker(), [0]

    def pull(count: int) -> NDArray[np.float32]:
        asked[0] += count
        return np.zeros(count // 2, np.float32)  # the rest is silence

    speaker.start(RATE, pull)
    qtbot.waitUntil(lambda: asked[0] > RATE // 4)
    assert speaker.silent in ("", NO_DEVICE)
    before = time.monotonic()
    speaker.stop()
    speaker.close()
    at_the_end = asked[0]
    qtbot.wait(150)
    assert asked[0] == at_the_end
    assert time.monotonic() - before < 30


def test_it_plays_again_at_another_rate(qtbot: QtBot) -> None:
    speaker, rates = Speaker(), set()
    for rate in (8000, 44_100):
        asked = [0]

        def pull(count: int, rate: int = rate, asked: list[int] = asked) -> NDArray[np.float32]:
            asked[0] += count
            rates.add(rate)
            return np.zeros(0, np.float32)

        speaker.start(rate, pull)
        qtbot.waitUntil(lambda asked=asked: asked[0] > 0)  # type: ignore[misc]
    speaker.close()
    assert rates == {8000, 44_100}


def test_nothing_was_played_so_there_is_nothing_to_close() -> None:
    speaker = Speaker()
    speaker.stop()
    speaker.close()
    assert speaker.silent == ""


def test_a_device_that_has_gone_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    class Device:
        running = False

        def __init__(self, name: str) -> None:
            self.name = name

        def start(self, _frames: object) -> None:
            done.append(f"{self.name} starts")
            if self.name == "first":
                raise miniaudio.MiniaudioError("failed to start the device")

        def close(self) -> None:
            done.append(f"{self.name} closes")

    devices = [Device("first"), Device("second")]
    monkeypatch.setattr(Speaker, "_opened", lambda _speaker, _rate: devices.pop(0))
    speaker = Speaker()
    speaker.start(RATE, lambda count: np.zeros(count, np.float32))
    speaker.close()
    assert done == ["first starts", "first closes", "second starts", "second closes"]
