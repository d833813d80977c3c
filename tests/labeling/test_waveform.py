"""The picture of a sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from labeling.errors import MediaRefused
from labeling.thumbnails import thumbnail
from labeling.waveform import COLOUR, waveform

SIDE = 96


def drawn(path: Path) -> list[int]:
    """Return how many pixels are drawn in the first and the second half."""
    pixels = np.asarray(waveform(path, SIDE))
    inked = (pixels == np.array(COLOUR)).all(axis=2)
    return [int(inked[:, : SIDE // 2].sum()), int(inked[:, SIDE // 2 :].sum())]


def test_loud_parts_are_tall(tmp_path: Path) -> None:
    wave = np.concatenate([np.full(400_000, 0.05), np.full(400_000, 0.8)])
    soundfile.write(tmp_path / "a.wav", wave, 16_000)
    quiet, loud = drawn(tmp_path / "a.wav")
    assert loud > 5 * quiet > 0


def test_silence_is_a_line_and_a_sound_has_a_thumbnail(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((50, 2)), 8_000)
    assert sum(drawn(tmp_path / "a.wav")) < SIDE * 4
    assert thumbnail(tmp_path / "a.wav", SIDE).startswith(b"\xff\xd8")


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    with pytest.raises(MediaRefused, match="damaged"):
        thumbnail(tmp_path / "a.wav", SIDE)
