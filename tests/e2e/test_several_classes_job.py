"""The whole job on pictures of which each may have several classes, named in a list, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.e2e.conftest import Autodidact, Data, read_csv

NAMES = ("round", "square")


def _shapes(path: Path, kinds: int, chance: np.random.Generator) -> None:
    """Draw a disc where bit 0 is set, a red square where bit 1 is, on a grey ground."""
    image = Image.fromarray(chance.integers(90, 140, (64, 64, 3), dtype=np.uint8))
    draw = ImageDraw.Draw(image)
    x, y = (int(value) for value in chance.integers(4, 12, 2))
    if kinds & 1:
        draw.ellipse((x, y, x + 24, y + 24), fill=(30, 60, 230))
    if kinds & 2:
        draw.rectangle((x + 26, y + 22, x + 46, y + 44), fill=(230, 40, 30))
    image.save(path)


def _part(folder: Path, count: int, chance: np.random.Generator) -> Path:
    folder.mkdir(parents=True)
    lines = ["filename,labels"]
    for number in range(count):
        _shapes(folder / f"{number}.png", number % 4, chance)
        names = [name for place, name in enumerate(NAMES) if number % 4 >> place & 1]
        lines.append(f"{number}.png,{';'.join(names)}")
    table = folder / "labels.csv"
    table.write_text("\n".join(lines) + "\n")
    return table


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Pictures with none, one or both of two shapes."""
    folder, chance = tmp_path_factory.mktemp("shapes"), np.random.default_rng(8)
    return Data(_part(folder / "train", 60, chance), _part(folder / "test", 16, chance))


@pytest.fixture(scope="module")
def run(autodidact: Autodidact, shapes: Data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("job") / "run"
    outcome = autodidact("train", shapes.train, "--budget", "12s", "--out", run)
    assert outcome.code == 0, outcome.err
    assert "sort photos into any of round / square" in outcome.out
    return run


def test_every_class_is_answered_for_itself(autodidact: Autodidact, run: Path, shapes: Data, tmp_path: Path) -> None:
    result = json.loads((run / "result.json").read_text())
    assert (result["task"]["kind"], result["task"]["classes"]) == ("multilabel", list(NAMES))
    out = tmp_path / "predictions.csv"
    assert autodidact("predict", run, shapes.test, "--out", out).code == 0
    truth = [row["labels"] for row in read_csv(shapes.test)]
    answers = read_csv(out)
    assert any(row["prediction"] == "" for row in answers) and any(";" in row["prediction"] for row in answers)
    right = sum(row["prediction"] == label for row, label in zip(answers, truth, strict=True))
    assert right >= 12  # of 16


def test_evaluate_measures_whole_answers_and_each_class(here: Autodidact, run: Path, shapes: Data) -> None:
    measured = json.loads(here("evaluate", run, shapes.test, "--json").out)
    assert {"nauc", "accuracy", "macro_f1"} <= set(measured["scores"])
    assert measured["scores"]["nauc"]["value"] > 0.8
