from __future__ import annotations

import csv
from pathlib import Path

import pytest

from labeling.batch import Problem, save_problems


@pytest.mark.parametrize("name", ["=1+2.png", "+1.png", "-1.png", "@sum.png", "\t=1.png", " =1.png"])
def test_no_name_is_a_formula(name: str, tmp_path: Path) -> None:
    save_problems([Problem(name, "It was left out."), Problem("a=b.png", f"{name} is odd.")], tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        _, first, second = csv.reader(file)
    assert first == [f"'{name}", "It was left out."]
    assert second == ["a=b.png", f"'{name} is odd."]
