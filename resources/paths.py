"""Where the bundled files lie."""

from __future__ import annotations

from pathlib import Path

RESOURCES = Path(__file__).resolve().parent
SAMPLES = RESOURCES / "samples"
BLOOD_CELLS = SAMPLES / "blood_cells"
BLOOD_CELLS_TRY = SAMPLES / "blood_cells_try"
PENGUINS = SAMPLES / "penguins.csv"
PORTFOLIO = RESOURCES / "portfolio.json"
