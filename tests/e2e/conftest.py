"""The real command line on small data."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.cli import main

ROOT = Path(__file__).resolve().parent.parent.parent
CLASSES = ("adder", "grass snake", "slow worm")
PATIENCE_S = 90.0


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line on stderr."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]

    @property
    def events(self) -> list[dict[str, Any]]:
        """What ``--json`` printed."""
        return [json.loads(line) for line in self.out.splitlines()]


Autodidact = Callable[..., Outcome]


@pytest.fixture(scope="session")
def command() -> list[str]:
    """The words that start the command line."""
    return [sys.executable, "-m", "studio"]


@pytest.fixture(scope="session")
def autodidact(command: list[str]) -> Autodidact:
    """Run a command to its end in a process of its own."""

    def run(*words: object, cwd: Path = ROOT, timeout: float = 120) -> Outcome:
        done = subprocess.run(
            [*command, *map(str, words)],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Autodidact:
    """Run a command to its end in this process, where how one of its own begins and ends is not the question."""

    def run(*words: object) -> Outcome:
        capsys.readouterr()  # what others said is not the command's
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run


def told(run: Path) -> list[str]:
    """Return the types of the events of a run so far."""
    path = run / "events.jsonl"
    if not path.exists():
        return []
    return [json.loads(line)["type"] for line in path.read_text().splitlines() if line.endswith("}")]


def wait(until: Callable[[], bool]) -> None:
    """Wait for something that comes soon on a quiet machine."""
    deadline = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _rows(count: int, seed: int) -> Iterator[dict[str, str]]:
    """Yield snakes: numbers, a category, gaps, and a class that follows from them but for some noise."""
    chance = random.Random(seed)
    for _ in range(count):
        kind = chance.randrange(3)
        length = chance.gauss((55, 95, 40)[kind], 12)
        place = chance.choice((("heath",), ("pond", "river"), ("garden",))[kind])
        yield {
            "length": "" if chance.random() < 0.1 else f"{length:.1f}",
            "weight": f"{length * 2 + chance.gauss(0, 20):.0f}",
            "found in": "" if chance.random() < 0.1 else place,
            "noise": f"{chance.random():.4f}",
            "kind": CLASSES[kind],
        }


def _write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass(frozen=True)
class Data:
    """A part to learn from and a part to be scored on."""

    train: Path
    test: Path


@pytest.fixture(scope="session")
def snakes(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """A table with three classes."""
    folder = tmp_path_factory.mktemp("snakes")
    return Data(_write(folder / "train.csv", list(_rows(400, 1))), _write(folder / "test.csv", list(_rows(120, 2))))


def _picture(path: Path, kind: int, noise: np.random.Generator) -> None:
    """Draw stripes: across, along, or neither, in a random colour."""
    side = 48
    wave = (np.sin(np.arange(side) * noise.uniform(0.6, 1.2)) > 0).astype(float)
    pattern = (np.tile(wave, (side, 1)), np.tile(wave[:, None], (1, side)), noise.random((side, side)))[kind]
    colour = noise.integers(60, 255, 3)
    pixels = pattern[:, :, None] * colour + noise.normal(0, 10, (side, side, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)


@pytest.fixture(scope="session")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Pictures in folders named by their class."""
    folder = tmp_path_factory.mktemp("stripes")
    noise = np.random.default_rng(3)
    for part, count in (("train", 14), ("test", 4)):
        for kind, name in enumerate(("across", "along", "neither")):
            for number in range(count):
                _picture(folder / part / name / f"{name} {number}.png", kind, noise)
    return Data(folder / "train", folder / "test")


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
