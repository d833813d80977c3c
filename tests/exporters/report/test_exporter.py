"""The card from end to end: runs, whole and damaged, become a page, a PDF and a bill."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import IO, Any

import pytest

from exporters.api import export
from exporters.errors import NothingToExport, NotWritable
from tests.exporters.report.reading import read
from tests.studio.recorded_runs import Recipe, record


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that ended, to be read only."""
    return record(tmp_path_factory.mktemp("finished") / "bolts").path


def test_three_files_are_written_and_named(finished: Path, tmp_path: Path) -> None:
    told: list[float] = []
    report = export(finished, "report", tmp_path / "out", lambda share, _: told.append(share))

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "bolts-card.html",
        "bolts-card.pdf",
        "bolts-sbom.cdx.json",
    ]
    assert report.bytes == sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert "bolts-card.pdf and bolts-sbom.cdx.json beside it" in report.sentence()
    assert report.notes == ()
    assert told == sorted(told)
    assert json.loads(json.dumps(report.to_json()))["target"] == "report"


def test_the_same_run_gives_the_same_files(tmp_path: Path) -> None:
    run = record(tmp_path / "bolts", Recipe(skill=0.6))
    written = []
    for name in ("a", "b"):
        export(run.path, "report", tmp_path / name)
        written.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert written[0] == written[1]


def test_without_a_model_what_there_is_is_written(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    shutil.rmtree(run.model_path)
    report = export(run.path, "report", tmp_path / "out")
    page = read(report.path.read_bytes())

    assert "has not made a model yet, so the card cannot describe one." in report.notes[0]
    assert "No modelThe run left none" in page.text
    assert "120 photos" in page.text
    assert "What it is made of" not in page.text


def test_of_a_model_that_cannot_be_opened_its_measures_are_told(tmp_path: Path) -> None:
    run = record(tmp_path / "run", Recipe(skill=0.92))
    content = json.loads((run.model_path / "model.json").read_text())
    content["members"][0]["settings"] = {}
    (run.model_path / "model.json").write_text(json.dumps(content))
    report = export(run.path, "report", tmp_path / "out")
    text = read(report.path.read_bytes()).text

    assert "The card tells of it what else is known." in report.notes[0]
    assert "Right on 94 of 100" in text
    assert "Which pretrained networks are inside is not known" in text


def test_damaged_files_of_a_run_are_told_and_left_out(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    with run.events_path.open("ab") as journal:
        journal.write(b'\xff\xfe not an event\n{"seq": 99, "time": 1.0, "active_s": 5.0, "type": "point"}\n')
    (run.path / "result.json").write_text('{"active_s": "soon"}')
    (run.model_path / "test.parquet").write_bytes(b"PAR1")
    (run.path / "dataset.parquet").write_bytes(b"")
    report = export(run.path, "report", tmp_path / "out")
    said = " ".join(report.notes)

    assert "2 lines of the run's journal (events.jsonl) are damaged" in said
    assert "The run's summary (result.json) is damaged" in said
    assert "test.parquet cannot be read" in said
    assert "The dataset dataset.parquet cannot be read" in said
    assert "How it learned" in read(report.path.read_bytes()).text


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToExport, match="neither a run nor a model"):
        export(tmp_path, "report", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_older_card_is_replaced_and_told_but_nothing_else_in_its_folder(finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    assert not any("replaced" in note for note in export(finished, "report", out).notes)
    assert export(finished, "report", out).notes[-1] == f"An older card of that name was replaced in {out}."
    assert (out / "letter.txt").read_text() == "mine"
    for name in ("bolts-card.html", "bolts-card.pdf", "bolts-sbom.cdx.json"):
        other = Path(shutil.copytree(out, tmp_path / name))
        (other / name).write_text("my own notes on Autodidact")
        before = {path.name: path.read_bytes() for path in other.iterdir()}
        with pytest.raises(NotWritable, match="is there already and is no card, so it was left alone"):
            export(finished, "report", other)
        assert {path.name: path.read_bytes() for path in other.iterdir()} == before


def test_a_place_that_cannot_be_written_is_met_with_a_sentence(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(NotWritable, match="a file where a folder is needed"):
        export(finished, "report", tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk needs Linux")
def test_a_full_disk_leaves_nothing(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def full(self: Path, mode: str = "r", **more: Any) -> IO[Any]:
        return real(Path("/dev/full") if mode == "wb" and "card.pdf" in self.name else self, mode, **more)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(NotWritable, match="No space left on device"):
        export(finished, "report", tmp_path / "out")
    assert not (tmp_path / "out").exists()
