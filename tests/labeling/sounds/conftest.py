"""Sounds of which it is known what is in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 16_000


@pytest.fixture
def tones(tmp_path: Path) -> Path:
    """Four seconds in two channels: silence, 500 Hz, silence, 2000 Hz at half the loudness, a second each."""
    moments = np.arange(RATE) / RATE
    parts = [
        np.zeros(RATE),
        0.8 * np.sin(2 * np.pi * 500 * moments),
        np.zeros(RATE),
        0.4 * np.sin(2 * np.pi * 2000 * moments),
    ]
    sound = np.concatenate(parts)
    path = tmp_path / "tones.wav"
    soundfile.write(path, np.stack([sound, sound], axis=1), RATE)
    return path
