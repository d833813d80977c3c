"""Sounds of the run, and sounds of awkward lengths, levels and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from engine.arrays import Float32Array
from engine.dataset import Dataset
from engine.modalities import open_samples
from engine.modalities.audio.decode import decode
from engine.modalities.audio.resample import RATE
from engine.modalities.audio.samples import AudioSamples
from engine.task import Task
from exporters.onnx.trials.base import BATCH_SIZES, Trial, readable

REAL_SOUNDS = 256
USUAL = REAL_SOUNDS + 39
_TOGETHER = 16
_WHOLE, _CUT_SECONDS = 4, 5  # so many sounds are heard whole, of others the beginning: networks take their time
_PIECE = 8_000
_LENGTHS = (1, 2, 399, 400, 401, 560, 1_600, 12_399, 12_401, 15_600, 15_601, 3 * RATE + 77)
_LONG = (31 * RATE + 5, 62 * RATE)  # in two pieces, of which one is a frame longer, and in three
Named = tuple[str, Float32Array]


def make(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[Trial]:
    """Yield the run's sounds, several at a time, pieces of them in calls of 1, 2 and 17, and awkward sounds."""
    pieces: list[Named] = []
    real = _real_sounds(task, dataset, rng)
    while group := list(islice(real, _TOGETHER)):
        pieces += [(name, wave[:_PIECE].copy()) for name, wave in group if len(wave) >= _PIECE]
        yield _sounds(group, real=True)
    pieces = pieces or [("noise in a batch", _noise(rng, _PIECE))]
    for size in BATCH_SIZES:
        chosen = [pieces[row % len(pieces)] for row in range(size)]
        yield _sounds([(f"{name}, cut to half a second", wave) for name, wave in chosen], real=False)
    yield _sounds([*_awkward(rng), *_from_files(rng)], real=False)


def _real_sounds(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[Named]:
    """Yield the run's sounds that can still be opened, one at a time, by id."""
    if dataset is None:
        return
    samples = open_samples(dataset, task)
    assert isinstance(samples, AudioSamples)
    for place, (name, wave) in enumerate(readable(dataset, rng, samples.wave_or_none, REAL_SOUNDS)):
        yield name, wave if place < _WHOLE else wave[: _CUT_SECONDS * RATE].copy()


def _awkward(rng: np.random.Generator) -> Iterator[Named]:
    for length in (*_LENGTHS, *_LONG):
        yield f"noise of {length} samples", _noise(rng, length)
    yield "silence", np.zeros(RATE, dtype=np.float32)
    yield "next to silence", np.float32(1e-6) * _noise(rng, RATE)
    tone = np.sin(np.arange(RATE) * (2.0 * np.pi * 440.0 / RATE)).astype(np.float32)
    yield "a tone", tone
    yield "a clipped tone", np.clip(20.0 * tone, -1.0, 1.0).astype(np.float32)
    yield "a constant level", np.full(RATE, 0.7, dtype=np.float32)
    click = np.zeros(2 * RATE, dtype=np.float32)
    click[RATE] = 1.0
    yield "a click", click


def _from_files(rng: np.random.Generator) -> Iterator[Named]:
    """Yield sounds that went through files of other rates, channels and formats, one with numbers that are none."""
    broken = np.float32(3.0) * _noise(rng, 4_000)
    broken[100:200], broken[300] = np.nan, np.inf
    files = {
        "stereo at 44,100.wav": (_noise(rng, 8_820).reshape(-1, 2), 44_100, "FLOAT"),
        "8 bits at 8,000.wav": (_noise(rng, 4_000), 8_000, "PCM_U8"),
        "at 48,000.flac": (_noise(rng, 9_600), 48_000, "PCM_24"),
        "not numbers and too loud.wav": (broken, RATE, "FLOAT"),
    }
    with TemporaryDirectory() as folder:
        for name, (wave, rate, kind) in files.items():
            soundfile.write(Path(folder) / name, wave, rate, subtype=kind)
            yield f"file {name}", decode(Path(folder) / name)


def _noise(rng: np.random.Generator, length: int) -> Float32Array:
    noise: Float32Array = rng.uniform(-1.0, 1.0, length).astype(np.float32)
    return noise


def _sounds(sounds: Sequence[Named], real: bool) -> Trial:
    return Trial(tuple(name for name, _ in sounds), AudioSamples.from_decoded([wave for _, wave in sounds]), real)
