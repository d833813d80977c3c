from __future__ import annotations

import pytest

from engine.modalities import FIRST_KINDS, portfolio
from engine.task import Kind, Modality, Task


@pytest.mark.parametrize("modality", Modality)
@pytest.mark.parametrize("size", [50, 10_000])
def test_what_is_imported_early_is_what_begins(modality: Modality, size: int) -> None:
    task = Task(modality, Kind.MULTICLASS, ("no", "yes"))
    assert portfolio(task, size, "cpu")[0].kind == FIRST_KINDS[modality]
