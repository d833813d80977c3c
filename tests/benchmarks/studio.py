"""Measures the studio: child processes without a display open the window, fill the grid, and train."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path
from statistics import median

from PIL import Image

from tests.benchmarks.command import CommandError, Load, measure, watch
from tests.benchmarks.training import autodidact

ROOT = Path(__file__).resolve().parents[2]
PICTURES = 10_000
_SIZE = (160, 120)
_PAINTS = 5
_LIMIT_S = 180.0
_IMPORT_LIMIT_S = 600.0


def measure_studio(data: Path, folder: Path, budget_s: float) -> tuple[dict[str, float], list[str], Load]:
    """Return the studio's figures, a line for each stall, and what else the machine did while they were measured.

    ``folder`` is empty and may be filled.

    Raises:
        CommandError: the studio failed or did not end.
    """
    settings, photos, project = folder / "settings", folder / "photos", folder / "project"
    make_photos(data / "trashnet" / "train", photos, PICTURES)
    watched = watch()
    figures = {"first_paint_s": median(_first_paint(settings) for _ in range(_PAINTS))}
    imported = measure([autodidact(), "import", photos, "--project", project], _IMPORT_LIMIT_S)
    figures["import_s"] = imported.wall_s
    dropped, slow = _probe(settings, "drop", str(photos))
    figures |= dropped | _probe(settings, "grid", str(project))[0]
    trained, stalls = _probe(settings, "train", str(project), f"{budget_s:g}")
    return figures | trained, slow + stalls, watched()


def _first_paint(settings: Path) -> float:
    """Return the seconds from the start of the interpreter to the first paint."""
    started = time.time()
    return _probe(settings, "paint")[0]["painted"] - started


def _probe(settings: Path, *words: str) -> tuple[dict[str, float], list[str]]:
    """Run one probe of :mod:`tests.benchmarks.studio_probe`, with settings of its own; return figures and remarks."""
    settings.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(settings)}
    environment["AUTODIDACT_HOME"] = str(settings / "projects")
    command = [sys.executable, "-m", "tests.benchmarks.studio_probe", *words]
    finished = measure(command, _LIMIT_S, cwd=ROOT, env=environment)
    lines = [line for line in finished.output.splitlines() if line.startswith("{")]
    if not lines:
        raise CommandError(f"The probe {words[0]} said nothing: {finished.output[-600:]}")
    found: dict[str, float] = json.loads(lines[-1])
    return found, [line for line in finished.output.splitlines() if line.startswith("stall")]


def make_photos(source: Path, target: Path, count: int) -> None:
    """Write ``count`` different JPEGs in class folders: random cuts of the pictures of ``source``, always the same."""
    rng = random.Random(0)
    files = sorted(source.rglob("*.jpg"))
    for number in range(count):
        file = files[number % len(files)]
        folder = target / file.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(file) as picture:
            width, height = (round(side * rng.uniform(0.5, 0.9)) for side in picture.size)
            left, top = rng.randrange(picture.width - width), rng.randrange(picture.height - height)
            cut = picture.convert("RGB").crop((left, top, left + width, top + height)).resize(_SIZE)
        cut.save(folder / f"{number:05d}.jpg", quality=85)
