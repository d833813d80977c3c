"""What was read once is kept as long as there is room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.modalities.audio.samples import AudioSamples
from engine.modalities.image.samples import ImageSamples
from engine.modalities.remembered import Forgetful, Remembered
from engine.modalities.text.samples import TextSamples


def counting(room: int) -> tuple[Remembered[str, str], list[str]]:
    asked: list[str] = []

    def read(name: str) -> str:
        asked.append(name)
        if name == "torn":
            raise OSError(name)
        return name * 2

    return Remembered(read, len, room), asked


def test_what_fits_is_read_once() -> None:
    known, asked = counting(room=6)
    assert [known.get(name) for name in ("abc", "abc", "d", "d")] == ["abcabc", "abcabc", "dd", "dd"]
    assert asked == ["abc", "d", "d"]


def test_after_letting_go_nothing_more_is_kept() -> None:
    known, asked = counting(room=100)
    known.get("a")
    known.forget()
    assert [known.get("a"), known.get("a")] == ["aa", "aa"]
    assert asked == ["a", "a", "a"]


def test_what_cannot_be_read_is_tried_again() -> None:
    known, asked = counting(room=100)
    for _ in range(2):
        with pytest.raises(OSError, match="torn"):
            known.get("torn")
    assert asked == ["torn", "torn"]


@pytest.mark.parametrize("made", [ImageSamples.from_paths, AudioSamples.from_paths, TextSamples])
def test_when_memory_runs_short_samples_let_go_of_the_features_that_nobody_uses(
    made: Callable[[list[Path]], ImageSamples | AudioSamples | TextSamples],
) -> None:
    samples = made([Path("a"), Path("b")])
    known, used = samples.known, np.zeros((2, 3), dtype=np.float32)
    known["used"], known["left"] = used, np.ones((2, 3), dtype=np.float32)
    assert isinstance(samples, Forgetful)
    samples.forget()
    assert samples.known is known  # who shares them goes on to
    assert list(known) == ["used"]
    assert known["used"] is used
