from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from engine.dataset import Dataset
from engine.errors import DataError
from engine.modalities import ask_samples, open_samples
from engine.modalities.audio.samples import AudioSamples
from engine.task import Kind, Modality, Task

TASK = Task(Modality.AUDIO, Kind.MULTICLASS, ("a", "b"))


def test_a_dataset_opens_as_sounds(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(100, 0.5), 16_000, subtype="FLOAT")
    frame = pl.DataFrame({"id": ["a"], "reference": [str(tmp_path / "a.wav")], "content": ["00" * 16]})
    opened = open_samples(Dataset(frame), TASK, tmp_path)
    assert isinstance(opened, AudioSamples)
    assert (opened.content, opened.cache) == (("00" * 16,), tmp_path)
    assert opened.wave(0).tolist() == [0.5] * 100


def test_arrays_of_any_rate_and_channels_become_mono_at_16_khz() -> None:
    stereo = np.stack([np.ones(800), np.zeros(800)], axis=1).astype(np.float32)
    wave = AudioSamples.from_arrays([(stereo, 8000)]).wave(0)
    assert len(wave) == 1600
    np.testing.assert_allclose(wave[400:-400], 0.5, atol=1e-3)


def test_taking_keeps_order_and_what_is_known() -> None:
    sounds = AudioSamples.from_arrays([(np.full(3, row / 4, dtype=np.float32), 16_000) for row in range(4)])
    sounds.known["kind"] = np.arange(8, dtype=np.float32).reshape(4, 2)
    taken = sounds.take(np.array([3, 1]))
    assert [taken.wave(row)[0] for row in range(len(taken))] == [0.75, 0.25]
    assert taken.known["kind"].tolist() == [[6.0, 7.0], [2.0, 3.0]]


def test_an_unreadable_sound_is_none_or_an_error(tmp_path: Path) -> None:
    sounds = AudioSamples.from_paths([tmp_path / "gone.wav"])
    assert sounds.content == (None,)
    assert sounds.wave_or_none(0) is None
    with pytest.raises(DataError):
        sounds.wave(0)


def test_what_a_person_asks_about_is_decoded_and_problems_told_by_place(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(10), 16_000)
    (tmp_path / "b.wav").write_bytes(b"hello")
    samples, problems = ask_samples([tmp_path / "b.wav", str(tmp_path / "a.wav")], TASK)
    assert len(samples) == 1
    assert list(problems) == [0]
    assert "b.wav cannot be read" in problems[0]


def test_sounds_need_no_torch() -> None:
    code = (
        "import engine.modalities.audio.samples, engine.modalities.audio.logmel, sys; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
