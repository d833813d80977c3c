from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.cli.entry import main
from tests.studio.cli.conftest import torn_picture, whole_picture


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


def test_what_cannot_be_read_is_told_and_not_measured(
    photo_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    for name in ("no/1.jpg", "yes/1.jpg", "yes/2.jpg"):
        whole_picture(photos / name)
    torn_picture(photos / "no" / "torn.jpg")
    (photos / "no" / "text.jpg").write_text("I am not a picture.")
    assert main(["evaluate", str(photo_model), str(photos), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["samples"], found["scores"]["accuracy"]["value"]) == (3, pytest.approx(2 / 3))
    header, body = found["notes"]
    assert header.startswith("1 thing was left out or mended; the first, no/text.jpg: The file is not a picture")
    assert body.startswith("1 photo of 4 could not be read, so the model is not measured on it: no/torn.jpg. Replace")
    assert main(["evaluate", str(photo_model), str(photos)]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [header, body, "Measured on 3 photos:"]


def test_where_nothing_can_be_read_nothing_is_measured(
    photo_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("no/1.jpg", "yes/1.jpg"):
        torn_picture(tmp_path / "photos" / name)
    assert main(["evaluate", str(photo_model), str(tmp_path / "photos")]) == 1
    assert "None of the files could be read" in capsys.readouterr().err
