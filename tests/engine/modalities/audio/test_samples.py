from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from engine.arrays import Float32Array
from engine.dataset import Dataset
from engine.errors import DataError
from engine.features.table import FeatureTable, Kind
from engine.modalities import ask_samples, open_samples
from engine.modalities.audio.decode import decode
from engine.modalities.audio.samples import AudioSamples
from engine.modalities.audio.statistics import STATISTICS, statistics
from engine.task import Kind as Asked
from engine.task import Modality, Task
from tests.engine.modalities.audio.sounds import samples

TASK = Task(Modality.AUDIO, Asked.MULTICLASS, ("a", "b"))


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


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each file is decoded."""
    times = Counter[str]()

    def counted(path: str) -> Float32Array:
        times[Path(path).name] += 1
        return decode(path)

    monkeypatch.setattr("engine.modalities.audio.samples.decode", counted)
    return times


def described(sounds: AudioSamples, kind: Kind[AudioSamples]) -> Float32Array:
    table = FeatureTable(sounds, kind, "cpu", threads=2)
    assert table.advance(np.arange(len(sounds)))
    return table.features


def test_a_file_is_decoded_once_for_all_kinds_of_features(tmp_path: Path, decoded: Counter[str]) -> None:
    sounds = samples(tmp_path / "sounds", [0, 1, 2, 0])
    first = described(sounds.take(np.array([3, 2, 1, 0])), STATISTICS)
    again = STATISTICS.compute(sounds, np.arange(4), "cpu")
    starts = sounds.described(np.arange(4), 1, lambda wave: wave[:1])
    assert set(decoded.values()) == {1} and len(decoded) == 4
    fresh = [statistics(decode(path)) for path in sounds.references]
    for found in (again, fresh):  # but for rounding: not every processor adds up alike wherever the numbers lie
        np.testing.assert_allclose(found, first[::-1], rtol=1e-4, atol=1e-4)
    assert starts.ravel().tolist() == [decode(path)[0] for path in sounds.references]


def test_no_more_sounds_are_kept_than_there_is_room_for(
    tmp_path: Path, decoded: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = samples(tmp_path / "sounds", [0, 1])
    monkeypatch.setattr("engine.modalities.audio.samples._REMEMBERED_BYTES", sounds.wave(0).nbytes)
    bounded = AudioSamples.from_paths(sounds.references)
    decoded.clear()
    for _ in range(3):
        for row in range(2):
            np.testing.assert_array_equal(bounded.wave(row), sounds.wave(row))
    assert decoded == {"0.wav": 1, "1.wav": 4}


def test_what_is_to_be_forgotten_is_decoded_anew_by_all_who_share_it(tmp_path: Path, decoded: Counter[str]) -> None:
    sounds = samples(tmp_path / "sounds", [0, 1])
    part = sounds.take(np.array([1]))
    before = [sounds.wave(0), part.wave(0)]
    part.forget()
    for _ in range(2):
        np.testing.assert_array_equal(sounds.wave(0), before[0])
        np.testing.assert_array_equal(sounds.wave(1), before[1])
    assert decoded == {"0.wav": 3, "1.wav": 3}


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
