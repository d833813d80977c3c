"""Where the bundled sample data lies."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BLOOD_CELLS = FOLDER / "blood_cells"
BLOOD_CELLS_TRY = FOLDER / "blood_cells_try"
PENGUINS = FOLDER / "penguins.csv"
