"""Sounds as they come: strange ones are heard, broken ones named, and neither costs the run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.e2e.conftest import Autodidact, read_csv
from tests.engine.modalities.audio.sounds import NAMES, sound

STRANGE = ("bell/silent.wav", "hum/clipped.wav", "wind/stereo.wav", "bell/low.wav", "hum/high.flac", "wind/long.flac")
MASKED = ("bell/nan.wav", "hum/wrong.ogg")
BROKEN = {
    "bell/nothing.wav": "0 seconds",
    "hum/zero.wav": "empty",
    "wind/text.mp3": "not a sound",
    "bell/torn.wav": "not a sound",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd") / "sounds"
    for kind, name in enumerate(NAMES):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            soundfile.write(folder / name / f"{number}.wav", sound(kind, number), 16_000)
    soundfile.write(folder / "bell/silent.wav", np.zeros(16_000), 16_000)
    soundfile.write(folder / "hum/clipped.wav", np.sign(sound(1, 90)), 16_000)
    soundfile.write(folder / "wind/stereo.wav", np.stack([sound(2, 91, 44_100)] * 2, axis=1), 44_100)
    soundfile.write(folder / "bell/low.wav", sound(0, 92, 8_000), 8_000)
    soundfile.write(folder / "hum/high.flac", sound(1, 93, 96_000), 96_000)
    half_an_hour = np.random.default_rng(0).normal(0.0, 0.1, 31 * 60 * 1_000)
    soundfile.write(folder / "wind/long.flac", half_an_hour, 1_000)
    damaged = sound(0, 94)
    damaged[5:50] = np.nan
    soundfile.write(folder / "bell/nan.wav", damaged, 16_000, subtype="FLOAT")
    soundfile.write(folder / "hum/wrong.wav", sound(1, 95), 16_000)
    (folder / "hum/wrong.wav").rename(folder / "hum/wrong.ogg")
    soundfile.write(folder / "bell/nothing.wav", np.zeros(0), 16_000)
    (folder / "hum/zero.wav").touch()
    (folder / "wind/text.mp3").write_text("I am not a sound.")
    (folder / "bell/torn.wav").write_bytes(b"RIFF" + bytes(40))
    return folder


@pytest.fixture(scope="module")
def run(autodidact: Autodidact, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("job") / "run"
    outcome = autodidact("train", folder, "--budget", "10s", "--out", run)
    assert outcome.code == 0, outcome.err
    assert "48 sounds in 3 folders" in outcome.out
    said = outcome.out + outcome.err
    for name, why in BROKEN.items():
        assert any(line.startswith(f"{name}: ") and why in line for line in said.splitlines()), said
    assert "did not work out" not in said
    return run


def test_strange_sounds_do_not_keep_others_from_being_learned(run: Path) -> None:
    result = json.loads((run / "result.json").read_text())
    assert result["score"]["validation"] > 0.8


def test_strange_sounds_are_answered(autodidact: Autodidact, run: Path, folder: Path, tmp_path: Path) -> None:
    for name in (*STRANGE, *MASKED):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / name, tmp_path / name)
    out = tmp_path / "predictions.csv"
    outcome = autodidact("predict", run, tmp_path, "--out", out)
    assert outcome.code == 0, outcome.err
    answers = read_csv(out)
    assert len(answers) == len(STRANGE) + len(MASKED)
    assert {row["prediction"] for row in answers} <= set(NAMES)
