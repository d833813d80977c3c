"""Sounds that an export is tried on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import soundfile

from engine.dataset import Dataset
from engine.modalities.audio.samples import AudioSamples
from exporters.onnx.trials import make_trials, usual_count
from exporters.onnx.trials.audio import REAL_SOUNDS
from exporters.onnx.trials.base import BATCH_SIZES, Trial
from tests.exporters.models import SOUNDS


def waves_of(trial: Trial) -> list[np.ndarray[tuple[int], np.dtype[np.float32]]]:
    assert isinstance(trial.samples, AudioSamples)
    return [trial.samples.wave(row) for row in range(len(trial.samples))]


def folder_of_sounds(folder: Path, count: int, seconds: float = 7.0) -> Dataset:
    """Sounds of so many seconds, every third for the test, the first one broken."""
    rng = np.random.default_rng(0)
    files = [str(folder / f"{number:03}.wav") for number in range(count)]
    for file in files:
        soundfile.write(file, rng.uniform(-0.5, 0.5, int(seconds * 8_000)), 8_000)
    Path(files[0]).write_bytes(b"broken")
    split = ["test" if number % 3 == 0 else "train" for number in range(count)]
    content = pl.Series([None] * count, dtype=pl.String)
    names = [Path(file).name for file in files]
    return Dataset(pl.DataFrame({"id": names, "reference": files, "content": content, "split": split}))


def test_real_sounds_come_held_out_first_the_first_few_whole(tmp_path: Path) -> None:
    real = [trial for trial in make_trials(SOUNDS, folder_of_sounds(tmp_path, 12)) if trial.real]
    names = [name for trial in real for name in trial.names]
    assert len(names) == 11
    assert "000.wav" not in names
    assert set(names[:3]) == {"003.wav", "006.wav", "009.wav"}
    seconds = [len(wave) / 16_000 for trial in real for wave in waves_of(trial)]
    assert seconds == [7.0] * 4 + [5.0] * 7


def test_what_is_cut_from_a_sound_does_not_keep_all_of_it_in_memory(tmp_path: Path) -> None:
    trials = list(make_trials(SOUNDS, folder_of_sounds(tmp_path, 12)))
    beginnings = [wave for trial in trials if trial.real for wave in waves_of(trial) if len(wave) == 5 * 16_000]
    pieces = [wave for trial in trials if "cut to" in trial.names[0] for wave in waves_of(trial)]
    assert len(beginnings) == 7
    assert len(pieces) == sum(BATCH_SIZES)
    assert all(wave.base is None for wave in (*beginnings, *pieces))


def test_at_least_256_sounds_are_taken_where_there_are_so_many(tmp_path: Path) -> None:
    data = folder_of_sounds(tmp_path, 3, seconds=0.1)
    many = Dataset(pl.concat([data.frame] * 150))
    trials = list(make_trials(SOUNDS, many))
    assert sum(len(trial.names) for trial in trials if trial.real) == REAL_SOUNDS >= 256
    assert abs(usual_count(SOUNDS) - sum(len(trial.names) for trial in trials)) < 20


def test_several_sounds_of_one_call_share_a_length(tmp_path: Path) -> None:
    for data in (folder_of_sounds(tmp_path, 4), None):
        trials = [trial for trial in make_trials(SOUNDS, data) if "cut to" in trial.names[0]]
        assert [len(trial.names) for trial in trials] == list(BATCH_SIZES)
        assert all(len({len(wave) for wave in waves_of(trial)}) == 1 for trial in trials)


def test_awkward_sounds_are_short_long_silent_clipped_and_from_odd_files() -> None:
    trial = list(make_trials(SOUNDS, None))[-1]
    heard = dict(zip(trial.names, waves_of(trial), strict=True))
    lengths = {len(wave) for wave in heard.values()}
    assert {1, 1_600} <= lengths  # 0.1 seconds among them
    assert max(lengths) > 60 * 16_000
    assert not heard["silence"].any()
    assert (np.abs(heard["a clipped tone"]) == 1.0).mean() > 0.9
    assert np.isfinite(heard["file not numbers and too loud.wav"]).all()
    assert np.abs(heard["file not numbers and too loud.wav"]).max() == 1.0
    assert len(heard["file stereo at 44,100.wav"]) == 1_600
