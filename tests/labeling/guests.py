"""Texts in a table that a column keeps together: what guests said, five times each."""

from __future__ import annotations

from pathlib import Path

from engine.task import ColumnType
from labeling.importing import understand
from labeling.understanding import Understanding

SAID = [f"{n % 12},the {n}th guest found the room rather {'clean' if n % 2 else 'dirty'}" for n in range(60)]


def guests(folder: Path) -> Understanding:
    """Write the table into a folder, and understand it so that the texts of one guest stay together."""
    data = folder / "said.csv"
    data.write_text("guest,words,label\n" + "".join(f"{line},{n % 2}\n" for n, line in enumerate(SAID)))
    return understand(data, types={"guest": ColumnType.GROUP})
