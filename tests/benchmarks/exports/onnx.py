"""Models of pictures, sounds and tables learned from real data, exported: how near they are and how long it takes.

Each is a run of a few learners that a run really has, pretrained networks among them, learned to the end.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from exporters.api import export
from exporters.source import open_source
from tests.benchmarks.exports.figures import Figure
from tests.exporters.trained import RECIPES, Recipe, train

_ROOT = Path(__file__).resolve().parents[3]
_DATA = Path(os.environ.get("AUTODIDACT_DATA", _ROOT.parent / "shared" / "data"))
_FROZEN = ("image.frozen_head", {"backbone": "efficientnet_lite0", "resolution": 128})
_TUNED = {"backbone": "efficientnet_lite0", "frozen": 4, "batch": 16, "resolution": 128, "epochs": 1}
_HEARD = ("statistics", "yamnet", "efficientnet_lite0", "speech_embedding_at_paces")
_LARGER: dict[str, Recipe] = {
    "pictures": Recipe(RECIPES["image"].data, (("image.thumbnail_ridge", {}), _FROZEN, ("image.finetune", _TUNED))),
    "several classes": Recipe(RECIPES["multilabel"].data, (("image.thumbnail_ridge", {}), _FROZEN)),
    "sounds": Recipe(
        RECIPES["audio"].data, tuple(("audio.head", {"backbone": name, "heard": [name]}) for name in _HEARD)
    ),
    "a table": Recipe(
        RECIPES["table"].data,
        (*RECIPES["table"].learners, ("table.lightgbm", {"stages": [{"rounds": 300}]})),
    ),
    "numbers": RECIPES["regression"],
}
_TABLES = ("a table", "numbers")


def measure() -> list[Figure]:
    """Return for each model its largest difference, and how long its export took for each network in it."""
    figures: list[Figure] = []
    with TemporaryDirectory() as scratch:
        for name, recipe in _LARGER.items():
            run = train(recipe, _DATA, Path(scratch) / name)
            report = export(run, "onnx", Path(scratch) / f"{name} exported")
            members = len(open_source(run).model.members)
            goal = 1e-9 if name in _TABLES else 1e-4
            figures += [
                (f"{name}: largest difference from the model", goal, float(report.parity["difference"])),
                (f"{name}: seconds of export for each part", 30.0, report.seconds / members),
                (f"{name}: megabytes", None, report.bytes / 1e6),
            ]
    return figures
