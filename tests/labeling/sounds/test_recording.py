"""A sound is read a stretch at a time, silence beyond its ends, and refused with a reason."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.modalities.audio import decode
from labeling.errors import MediaRefused
from labeling.media.sound import MAX_RATE, MIN_RATE, Sound
from labeling.sounds.recording import Recording
from tests.labeling.sounds.conftest import RATE


def test_any_stretch_can_be_read_in_any_order(tones: Path) -> None:
    with Recording(tones) as recording:
        assert (recording.frames, recording.rate, recording.seconds) == (4 * RATE, RATE, 4.0)
        whole = recording.read(0, recording.frames)
        for start, count in ((50_000, 300), (0, 10), (20_000, 40_000)):
            assert np.array_equal(recording.read(start, count), whole[start : start + count])
        assert np.array_equal(np.concatenate(list(recording.blocks(7_001))), whole)


def test_beyond_the_ends_is_silence(tones: Path) -> None:
    with Recording(tones) as recording:
        before = recording.read(-100, 200)
        assert len(before) == 200
        assert not before[:100].any()
        assert len(recording.read(4 * RATE - 10, 50)) == 50
        assert not recording.read(5 * RATE, 20).any()


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.wav"
    path.write_text("these are words")
    with pytest.raises(MediaRefused, match="can't be opened"):
        Recording(path)
    with pytest.raises(MediaRefused):
        Recording(tmp_path / "nowhere.wav")


@pytest.mark.parametrize("rate", [100, 2_000_000_000])
def test_a_rate_that_no_sound_has_is_refused(rate: int, tmp_path: Path) -> None:
    path = tmp_path / "claimed.wav"
    soundfile.write(path, np.zeros(1000, np.float32), 16_000)
    data = bytearray(path.read_bytes())
    data[24:28] = struct.pack("<I", rate)
    path.write_bytes(data)
    with pytest.raises(MediaRefused, match="samples a second; the limits are 1,000 and 768,000"):
        Recording(path)
    with pytest.raises(MediaRefused, match="samples a second"):
        Sound().examine(path)


def test_the_limits_are_those_of_the_engine() -> None:
    assert (MIN_RATE, MAX_RATE) == (decode.MIN_RATE, decode.MAX_RATE)
