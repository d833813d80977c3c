"""The whole job on sounds in folders by class, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from tests.e2e.conftest import Autodidact, Data, read_csv
from tests.engine.modalities.audio.sounds import NAMES, sound

RATES = (8_000, 16_000, 44_100)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Sounds of three kinds, at several rates."""
    folder = tmp_path_factory.mktemp("recordings")
    for part, count, first in (("train", 12, 0), ("test", 4, 100)):
        for kind, name in enumerate(NAMES):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                rate = RATES[number % len(RATES)]
                path = folder / part / name / f"{name} {number}.wav"
                soundfile.write(path, sound(kind, first + number, rate), rate)
    return Data(folder / "train", folder / "test")


@pytest.fixture(scope="module")
def run(autodidact: Autodidact, recordings: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("job") / "run"
    outcome = autodidact("train", recordings.train, "--budget", "12s", "--out", run, "--predict", recordings.test)
    assert outcome.code == 0, outcome.err
    assert "36 sounds in 3 folders" in outcome.out
    return run


def test_the_model_tells_the_sounds_apart(run: Path) -> None:
    result = json.loads((run / "result.json").read_text())
    assert result["task"]["modality"] == "audio"
    assert result["score"]["validation"] > 0.8
    assert 0 < result["t_first_s"] < result["active_s"]


def test_the_last_predictions_are_those_of_the_model_left(
    here: Autodidact, run: Path, recordings: Data, tmp_path: Path
) -> None:
    newest = max((run / "predictions").glob("*.csv"), key=lambda file: int(file.stem))
    out = tmp_path / "predictions.csv"
    assert here("predict", run, recordings.test, "--out", out).code == 0
    answers = read_csv(out)
    assert [row["prediction"] for row in answers] == [row["prediction"] for row in read_csv(newest)]
    right = sum(row["prediction"] == Path(row["id"]).parent.name for row in answers)
    assert right >= 10  # of 12


def test_it_is_exported_and_the_file_answers_as_the_model_does(
    autodidact: Autodidact, here: Autodidact, run: Path, recordings: Data, tmp_path: Path
) -> None:
    outcome = autodidact("export", run, "--out", tmp_path / "exported")
    assert outcome.code == 0, outcome.err
    (file,) = (tmp_path / "exported").glob("*.onnx")
    answers = []
    for command, model in ((here, run), (autodidact, file)):
        out = tmp_path / f"{model.name}.csv"
        assert command("predict", model, recordings.test, "--out", out).code == 0
        answers.append(sorted(read_csv(out), key=lambda row: row["id"]))
    for own, exported in zip(*answers, strict=True):
        assert own["prediction"] == exported["prediction"]
        assert [float(own[name]) for name in NAMES] == pytest.approx(
            [float(exported[name]) for name in NAMES], abs=1e-4
        )
