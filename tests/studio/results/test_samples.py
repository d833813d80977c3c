"""The samples behind a report, in words."""

from __future__ import annotations

from pathlib import Path

from engine.results import words
from engine.results.report import load_report
from engine.task import Kind, Modality
from studio.results.samples import Samples
from tests.studio.recorded_runs import Recipe, record

NUMBERS = Recipe(Modality.TABLE, Kind.REGRESSION)


def test_samples_are_described_by_what_was_said_of_them(tmp_path: Path) -> None:
    run = record(tmp_path / "run", Recipe(skill=0.6))
    report = load_report(run)
    assert report is not None
    line = Samples(report, run.dataset()).lines(report.worst)[0]

    assert line.reference is not None
    assert Path(line.reference).is_file()
    assert line.said.startswith(f"is {line.id.split('/')[0]}, it said ")


def test_rows_show_their_columns(tmp_path: Path) -> None:
    run = record(tmp_path / "run", NUMBERS)
    report = load_report(run)
    assert report is not None
    line = Samples(report, run.dataset()).lines(report.worst)[0]

    assert line.said.startswith(f"Row {int(line.id) + 1} is ")  # as Data and Label count them
    assert line.detail.startswith("age ")
    assert " · job " in line.detail


def test_a_mistake_among_several_classes_names_the_surest(tmp_path: Path) -> None:
    run = record(tmp_path / "run", Recipe(kind=Kind.MULTILABEL))
    report = load_report(run)
    assert report is not None
    line = Samples(report, run.dataset()).worst[0]
    right = next(row for row in range(len(report.verdicts)) if row not in report.worst)

    assert line.said == "is nut and washer, it said washer (nut: 2%)"
    assert words.verdict(report, right).endswith(", rightly")
    assert len(report.worst) == report.right.total - report.right.right
