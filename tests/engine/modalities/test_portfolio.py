"""What every portfolio keeps to, whatever it is for."""

from __future__ import annotations

from typing import Any

import pytest

from engine.modalities import portfolio
from engine.task import Kind, Modality, Task


@pytest.mark.parametrize("modality", Modality)
@pytest.mark.parametrize("size", [30, 5_000])
def test_a_run_that_goes_on_on_another_device_finds_no_foreign_state_under_a_name(
    modality: Modality, size: int
) -> None:
    task = Task(modality, Kind.MULTICLASS, ("no", "yes"))
    known: dict[str, tuple[str, Any]] = {}
    for device in ("cpu", "cuda", "mps"):
        for entry in portfolio(task, size, device):
            learned = (entry.kind, entry.settings)
            assert known.setdefault(entry.name, learned) == learned
