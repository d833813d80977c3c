"""What the served model costs: its size on disk, and what one more sample takes ``autodidact predict``."""

from __future__ import annotations

import shutil
import tempfile
from itertools import cycle, islice
from pathlib import Path

from tests.benchmarks.cases import FOLDERS, MANIFEST, Case
from tests.benchmarks.command import MEGABYTE, measure
from tests.benchmarks.parts import read_part, read_rows, write_rows

_LIMIT_S = 600.0
_FEW = 4
_ROWS = 4000  # tables and texts are cheap: fewer would drown in the start-up


def size_mb(model: Path) -> float:
    """Return what the model itself takes.

    The tables of its own answers and pretrained networks that lie in the installation, unchanged, are not counted.
    """
    return sum(f.stat().st_size for f in model.rglob("*") if f.is_file() and f.suffix != ".parquet") / MEGABYTE


def predict_ms(autodidact: Path, run: Path, case: Case, data: Path) -> float:
    """Return the milliseconds a sample takes: the difference between predicting many and few, so without the start.

    Raises:
        CommandError: a command failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        taken, walls = [], []
        for name, most in (("few", _FEW), ("many", _ROWS)):
            question = Path(folder) / name
            taken.append(_ask(case, data, question, most))
            where = question if case.layout == FOLDERS else question / f"ask{Path(case.test).suffix}"
            words: list[str | Path] = [autodidact, "predict", run, where, "--out", Path(folder) / f"{name}.csv"]
            walls.append(measure(words, _LIMIT_S).wall_s)
    return max(0.0, 1000 * (walls[1] - walls[0]) / (taken[1] - taken[0]))


def _ask(case: Case, data: Path, question: Path, most: int) -> int:
    """Write a part of the test data (rows again and again, up to ``most``) in its own layout; return how many."""
    question.mkdir()
    if case.layout == FOLDERS:
        part = read_part(case, data, "test")
        chosen = part.files[:: max(1, len(part.files) // most)][:most]
        for number, file in enumerate(chosen):
            shutil.copy(file, question / f"{number}{file.suffix}")
        return len(chosen)
    table = data / case.test
    rows = read_rows(table)
    count = min(most, len(rows)) if case.layout == MANIFEST or most < len(rows) else most
    write_rows(question / f"ask{table.suffix}", list(islice(cycle(rows), count)))
    if case.layout == MANIFEST:
        shutil.copytree(table.with_suffix(""), question / "ask")
    return count
