"""Small real sound files for the tests, and jobs on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import xxhash

from engine.arrays import Float32Array
from engine.learners.base import Job
from engine.modalities.audio.samples import AudioSamples
from engine.task import Kind, Modality, Task
from tests.engine.modalities.jobs import job_of_classes, job_of_numbers

NAMES = ("bell", "hum", "wind")


def sound(label: int, seed: int, rate: int = 16_000) -> Float32Array:
    """Half a second or so: a high tone that fades, a low tone, or noise; some noise lies under all."""
    random = np.random.default_rng(1000 * label + seed)
    time = np.arange(int(rate * random.uniform(0.4, 0.8))) / rate
    noise = random.normal(0.0, 0.05, len(time))
    tone = np.sin(2.0 * np.pi * (random.uniform(900, 1800), random.uniform(100, 200), 0.0)[label] * time)
    loud = random.uniform(0.1, 0.5)
    wave = loud * (tone * np.exp(-5.0 * time), tone, noise * 10.0)[label] + noise
    return np.clip(wave, -1.0, 1.0).astype(np.float32)


def samples(folder: Path, labels: list[int], cache: Path | None = None) -> AudioSamples:
    """Write one WAV a label and return them with their content hashes."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{row}.wav" for row in range(len(labels))]
    for row, (path, label) in enumerate(zip(paths, labels, strict=True)):
        soundfile.write(path, sound(label, row), 16_000)
    content = [xxhash.xxh3_128_hexdigest(path.read_bytes()) for path in paths]
    return AudioSamples([str(path) for path in paths], content, cache)


def class_job(folder: Path, each: int, classes: int = 3, cache: Path | None = None, folds: int = 3) -> Job:
    """A job of telling sounds apart, ``each`` of every class."""
    return job_of_classes(lambda labels: samples(folder, labels, cache), Modality.AUDIO, NAMES[:classes], each, folds)


def number_job(folder: Path, size: int = 30) -> Job:
    """A job of guessing a number: the class of the sound plus a little noise."""
    return job_of_numbers(lambda labels: samples(folder, labels), Modality.AUDIO, size)


def several_job(folder: Path, size: int = 40) -> Job:
    """A job of telling which of a bell and a hum are in a sound: none, one or both."""
    folder.mkdir()
    labels = np.array([[row % 2, row // 2 % 2] for row in range(size)], dtype=np.float64)
    paths = [folder / f"{row}.wav" for row in range(size)]
    for row, (path, there) in enumerate(zip(paths, labels, strict=True)):
        parts = [0.5 * sound(label, row)[:6000] for label in range(2) if there[label]]
        noise = np.random.default_rng(row).normal(0.0, 0.05, 6000)
        soundfile.write(path, np.clip(noise + sum(parts), -1.0, 1.0), 16_000)
    task = Task(Modality.AUDIO, Kind.MULTILABEL, NAMES[:2])
    return Job(task, AudioSamples.from_paths(paths), labels, np.arange(size, dtype=np.int64) // 4 % 3)


def uncached(job: Job) -> Job:
    """The same job, whose features are computed anew."""
    assert isinstance(job.samples, AudioSamples)
    sounds = AudioSamples(job.samples.references, job.samples.content)
    return Job(job.task, sounds, job.labels, job.folds)
