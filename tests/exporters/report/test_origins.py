"""Where the samples were taken in from stands on the card; what somebody damaged does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.task import Modality
from exporters.report import origins
from exporters.report.card import card
from exporters.report.html import page
from exporters.report.material import gather
from exporters.report.origins import Origin, read_origins
from labeling import provenance
from labeling.provenance import write_origins
from tests.exporters.report.reading import read
from tests.studio.recorded_runs import Recipe, record

DIGEST = "ab" * 32


def test_what_is_written_beside_a_run_is_read_from_there(tmp_path: Path) -> None:
    assert origins.SOURCES == provenance.SOURCES
    write_origins(tmp_path, [provenance.Origin("a.csv", "table", "", 3, "2026-01-02T03:04:05", 12, DIGEST)])
    assert read_origins(tmp_path) == (Origin("a.csv", 3, "2026-01-02 03:04:05", 12, DIGEST),)


def test_the_card_names_the_file_its_rows_its_moment_and_its_whole_digest(tmp_path: Path) -> None:
    run = record(tmp_path / "bolts", Recipe(modality=Modality.TABLE))
    write_origins(run.path, [provenance.Origin("a<b>.csv", "table", "", 120, "2026-01-02T03:04:05", 4321, DIGEST)])
    found = read(page(card(gather(run.path), (), "bill.json")))
    assert "Taken in“a<b>.csv” (120 rows, 4,321 bytes, on 2026-01-02 03:04:05)" in found.text
    assert f"SHA-256 of that file when the run began{DIGEST}" in found.text
    assert "which file they came from" not in found.text


def test_the_card_tells_whether_the_test_part_was_drawn_or_came_with_the_data(tmp_path: Path) -> None:
    run = record(tmp_path / "bolts", Recipe())
    drawn = read(page(card(gather(run.path), (), "bill.json"))).text
    assert "The test part was drawn at random" in drawn
    write_origins(run.path, [provenance.Origin("bolts", "photo_folders", "", 120, "", set_apart=30)])
    came = read(page(card(gather(run.path), (), "bill.json"))).text
    assert "The test part is what the data itself set apart for it. Near-copies of photos" in came
    assert "drawn at random" not in came


@pytest.mark.parametrize(
    "content",
    ["", "{", "{}", "[1, null]", "[" * 100_000, '[{"name": 3}]', " " * 1_000_001],
    ids=["empty", "torn", "no list", "no objects", "deep", "no name", "huge"],
)
def test_a_damaged_list_says_nothing(content: str, tmp_path: Path) -> None:
    (tmp_path / "sources.json").write_text(content)
    assert read_origins(tmp_path) == ()


def test_of_a_damaged_entry_what_makes_sense_is_kept(tmp_path: Path) -> None:
    entry = {"name": "a.csv", "samples": "many", "bytes": True, "taken_in": 7, "sha256": "<b>"}
    (tmp_path / "sources.json").write_text(json.dumps([entry, *[entry] * 100]))
    found = read_origins(tmp_path)
    assert len(found) == 20
    assert found[0] == Origin("a.csv", None, "", None, None)
