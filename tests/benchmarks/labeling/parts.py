"""What is measured of the labelling half: each part a function of an empty folder, which it may fill."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.benchmarks.command import CommandError, measure
from tests.benchmarks.labeling.order import order
from tests.benchmarks.ledger import Figure

Part = Callable[[Path], list[Figure]]

ROOT = Path(__file__).resolve().parents[3]
PHOTOS, MANY = 10_000, 100_000
KILLS = 200
WIDTH = 384  # of the features of a sample
REFRESHES = 5
LIMIT_S = 900.0


def import_photos(folder: Path) -> list[Figure]:
    """Import 10,000 photos by the command line, and drop them on the window."""
    from tests.benchmarks.labeling.material import link_photos, make_photos
    from tests.benchmarks.training import autodidact

    photos = folder / "photos"
    make_photos(photos, PHOTOS, (320, 240))
    imported = measure([autodidact(), "import", photos, "--project", folder / "project"], LIMIT_S)
    dropped = _probe(folder, "drop", str(photos))
    many = folder / "many"
    link_photos(photos, many, MANY)
    again = measure([autodidact(), "import", many, "--project", folder / "large"], LIMIT_S)
    return [
        Figure("import of 10,000 photos, command line", imported.wall_s, "s", 20),
        Figure("from the drop of 10,000 photos to a grid with pictures", dropped["usable_s"], "s", 3),
        Figure("longest time the window did not answer meanwhile", dropped["stall_ms"], "ms"),
        Figure("of that, computing in the window itself", dropped["stall_own_ms"], "ms"),
        Figure("import of 100,000 photos, command line", again.wall_s, "s"),
        Figure("memory of that at most", again.peak_mb, "MB"),
    ]


def scroll(folder: Path) -> list[Figure]:
    """Scroll through 100,000 thumbnails that are in the cache."""
    from tests.benchmarks.labeling.material import large_project, make_photos

    make_photos(folder / "photos", 500, (96, 72))
    large_project(folder / "project", folder / "photos", MANY)
    found = _probe(folder, "scroll", str(folder / "project"))
    return [
        Figure("100,000 thumbnails: longest stall while scrolling", found["stall_ms"], "ms", 50),
        Figure("of that, computing in the window itself", found["stall_own_ms"], "ms"),
        Figure("stalls over 50 ms", found["stalls"], "", 0),
        Figure("from opening the project to a grid with pictures", found["open_s"], "s"),
    ]


def keys(folder: Path) -> list[Figure]:
    """Label with real key presses among 10,000 photos."""
    from tests.benchmarks.labeling.material import large_project, make_photos

    make_photos(folder / "photos", 600, (1024, 768))
    large_project(folder / "project", folder / "photos", PHOTOS)
    found = _probe(folder, "keys", str(folder / "project"))
    return [
        Figure("key to the next sample on the screen, 95 of 100", found["next_ms"], "ms", 50),
        Figure("key to the label on the disk, 95 of 100", found["committed_ms"], "ms", 20),
        Figure("computing in the window itself from key to next sample, 95 of 100", found["own_ms"], "ms"),
        Figure("key to the next sample, median", found["next_median_ms"], "ms"),
        Figure("key to the label on the disk, median", found["committed_median_ms"], "ms"),
    ]


def kills(folder: Path) -> list[Figure]:
    """Kill a process that labels at 200 random moments."""
    from labeling.project import Project
    from tests.labeling.project.conftest import PHOTOS as ABOUT
    from tests.labeling.project.conftest import photos
    from tests.labeling.project.killing import SAMPLES, lost_by_kills

    with Project.create(folder / "project") as project:
        project.add(ABOUT, photos([None] * SAMPLES))
    saved, lost = lost_by_kills(folder / "project", KILLS)
    return [
        Figure(f"labels lost in {KILLS} kills", lost, "", 0),
        Figure("labels saved by the processes that were killed", saved),
    ]


def suggest(_folder: Path) -> list[Figure]:
    """Make suggestions anew after ten more labels, with the features of 10,000 samples in the cache."""
    import numpy as np

    from engine.task import Kind
    from labeling.suggest.pool import Pool
    from labeling.suggest.suggesting import Labelling, suggest

    random = np.random.default_rng(0)
    kinds = random.integers(0, 6, PHOTOS)
    middles = random.normal(size=(6, WIDTH)).astype(np.float32)
    features = middles[kinds] + random.normal(scale=2.0, size=(PHOTOS, WIDTH)).astype(np.float32)
    pool = Pool()
    pool.add(PHOTOS, np.arange(PHOTOS), features)
    ids = [str(number) for number in range(PHOTOS)]
    labels: list[str | None] = [None] * PHOTOS
    seconds, right = [], 0
    for refresh in range(REFRESHES + 1):
        for number in range(10 * refresh, 10 * refresh + 10):
            labels[number] = f"class {kinds[number]}"
        started = time.perf_counter()
        found = suggest(Labelling(ids, labels, Kind.MULTICLASS), pool.known())
        seconds.append(time.perf_counter() - started)
        right = sum(one.names == (f"class {kinds[int(key)]}",) for key, one in found.by_sample.items())
    return [
        Figure("suggestions anew after ten labels, 10,000 samples", median(seconds[1:]), "s", 1),
        Figure("the first suggestions", seconds[0], "s"),
        Figure("suggestions that were right after 60 labels, of six classes", 100 * right / PHOTOS, "%"),
    ]


PARTS: dict[str, Part] = {
    "import": import_photos,
    "scroll": scroll,
    "keys": keys,
    "suggest": suggest,
    "order": order,
    "kills": kills,
}


def _probe(folder: Path, *words: str) -> dict[str, float]:
    """Run one probe of :mod:`tests.benchmarks.labeling.probe` in a process without a display.

    Raises:
        CommandError: it failed or said nothing.
    """
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(folder / "settings"),
        "AUTODIDACT_HOME": str(folder / "home"),
    }
    command = [sys.executable, "-m", "tests.benchmarks.labeling.probe", *words]
    finished = measure(command, LIMIT_S, cwd=ROOT, env=environment)
    lines = [line for line in finished.output.splitlines() if line.startswith("{")]
    if not lines:
        raise CommandError(f"The probe {words[0]} said nothing: {finished.output[-600:]}")
    for line in finished.output.splitlines():
        if line.startswith("stall"):
            print(line)
    found: dict[str, float] = json.loads(lines[-1])
    return found
