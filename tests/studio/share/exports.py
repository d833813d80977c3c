"""Reports of exports as their processes print them, without any export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.share.exporting import Exported

PARITY = {
    "samples": 112,
    "real_samples": 100,
    "difference": 3.2e-6,
    "difference_in": "probability",
    "tolerance": 1e-4,
    "agreement": 1.0,
    "ties": 0,
    "batches": [1, 2],
    "sizes": [],
    "milliseconds": 4.567,
}
SCORE = {"metric": "accuracy", "value": 0.94, "low": 0.9, "high": 0.97, "samples": 84}


def report(path: Path, target: str = "onnx", **others: Any) -> dict[str, Any]:
    """What the line of a report says."""
    said = {"type": "report", "target": target, "path": str(path), "parity_path": str(path), "bytes": 19_000_000}
    return {**said, "seconds": 2.0, "parity": PARITY, "notes": [], "score": SCORE, **others}


def exported(path: Path = Path("m.onnx"), target: str = "onnx", **others: Any) -> Exported:
    """An export read from such a line."""
    return Exported.read(report(path, target, **others))


def comparison(**others: Any) -> dict[str, Any]:
    """Both sides of a model that was made smaller, and the steps that were tried."""
    side = {"score": {**SCORE, "metric": "accuracy"}, "agreement": 1.0}
    return {
        "device": "a phone",
        "max_loss": 0.01,
        "max_latency_ms": None,
        "judged_by": "accuracy",
        "measured_on": "test",
        "rows": [
            {"name": "The model as it is served", "way": "float32", "bytes": 9_000_000, "milliseconds": 20.0, **side},
            {"name": "The model itself", "way": "static int8", "bytes": 2_500_000, "milliseconds": 8.0, **side},
        ],
        "loss": {"value": 0.004, "low": -0.002, "high": 0.01},
        "ladder": [
            {"name": "The small model", "way": "", "taken": False, "verdict": "Left: it loses 3.0 points."},
            {"name": "The model itself", "way": "static int8", "taken": True, "verdict": "Taken: it keeps it."},
        ],
        "within": True,
        "unchanged": False,
        **others,
    }
