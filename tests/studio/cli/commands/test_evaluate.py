from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.cli.entry import main


def test_every_metric_is_measured_with_its_interval(
    constant_model: Path, people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(constant_model), str(people), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["samples"] == 4 and found["metric"] == "nauc"
    assert found["scores"]["accuracy"]["value"] == 0.75
    assert found["scores"]["nauc"]["value"] == pytest.approx(0.0)
    assert all(facts["low"] <= facts["value"] <= facts["high"] for facts in found["scores"].values())


def test_people_are_told_in_words(constant_model: Path, people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(constant_model), str(people)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Measured on 4 rows:"
    assert any("right on 75 of 100" in line for line in lines)
