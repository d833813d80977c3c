"""Bundles of models that real runs made of real data, one run a kind of data: exported twice, verified, asked.

A run is of a few seconds: what is measured is the export, not the model. Bundles are verified in a fresh environment
with ``AUTODIDACT_WHEELS`` set to a folder of wheels, else in an interpreter that sees only what they need.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from exporters.api import export
from exporters.verify.verify import verify
from tests.benchmarks.exports.figures import Figure

SETS = {  # the kind of data, and how long a run must be to leave the first learners behind
    "titanic": "10s",
    "ames_housing": "10s",
    "ants_bees": "25s",
    "fruit_multilabel": "25s",
    "esc10": "30s",
    "sst2_reviews": "45s",
}
_EXPORT_S, _VERIFY_S = 30.0, 30.0
_TABLES, _OTHERS = 1e-9, 1e-4
_ROOT = Path(__file__).resolve().parents[3]


def measure() -> list[Figure]:
    """Train, export and verify; nothing where the datasets are absent."""
    data = Path(os.environ.get("AUTODIDACT_DATA", _ROOT.parent / "shared" / "data"))
    return [figure for name in SETS if (data / name).is_dir() for figure in _measured(data / name)]


def _measured(data: Path) -> Iterator[Figure]:
    name = data.name
    with tempfile.TemporaryDirectory(prefix="bench-bundle-") as scratch:
        run, out = Path(scratch) / name, Path(scratch) / "out"
        command = [sys.executable, "-m", "studio", "train", str(data), "--budget", SETS[name], "--out", str(run)]
        subprocess.run(command, check=True, capture_output=True, cwd=_ROOT)
        begin = time.perf_counter()
        report = export(run, "bundle", out)
        yield f"{name}: seconds to export", _EXPORT_S, time.perf_counter() - begin
        first = hashlib.sha256(report.path.read_bytes()).hexdigest()
        second = hashlib.sha256(export(run, "bundle", out).path.read_bytes()).hexdigest()
        yield f"{name}: exported once more, another file", 0.0, float(first != second)
        most = _TABLES if name in ("titanic", "ames_housing") else _OTHERS
        yield f"{name}: largest difference", most, float(report.parity["difference"])
        yield f"{name}: samples compared", ">= 256", float(report.parity["samples"])
        yield f"{name}: megabytes", None, report.bytes / 1e6
        wheels = os.environ.get("AUTODIDACT_WHEELS")
        begin = time.perf_counter()
        verdict = verify(report.path, None if wheels is None else Path(wheels))
        yield f"{name}: seconds to verify", _VERIFY_S, time.perf_counter() - begin
        yield f"{name}: not verified", 0.0, float(not verdict.holds)
