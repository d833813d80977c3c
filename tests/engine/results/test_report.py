from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError
from engine.results import words
from engine.results.report import Report, load_previous, load_report
from engine.results.verdicts import read_verdicts
from engine.run.folder import RunFolder
from engine.task import Kind, Modality
from tests.studio.recorded_runs import Recipe, record

NUMBERS = Recipe(Modality.TABLE, Kind.REGRESSION)


def report_of(run: RunFolder) -> Report:
    report = load_report(run)
    assert report is not None
    return report


def test_the_headline_is_measured_on_the_test_part(tmp_path: Path) -> None:
    report = report_of(record(tmp_path / "run", Recipe(skill=0.92)))

    assert words.headline(report) == "Right on 94 of 100"
    assert words.interval(report) == "between 87 and 97 – measured on 84 photos it never saw"
    assert words.uncertainty(report) == "Always answering bolt would be right on 33 of 100."
    assert report.right.right == int(np.trace(report.matrix))
    assert words.ending(report) == (
        "Trained for 1 min 37 s of 5 min. It ended early, since nothing left to try in the time would have helped."
    )


def test_without_a_test_part_it_says_so(tmp_path: Path) -> None:
    report = report_of(record(tmp_path / "run", Recipe(n_test=0)))

    assert report.verdicts.part == "validation"
    assert words.interval(report).endswith("120 photos it had not learned from when it was asked")
    assert "No test part was kept aside" in words.uncertainty(report)


def test_a_run_under_way_shows_its_results_so_far(tmp_path: Path) -> None:
    report = report_of(record(tmp_path / "run", Recipe(ended=None)))

    assert report.result is None
    assert words.ending(report) == "The training has not ended; these are the results so far."


def test_a_number_has_a_typical_error_with_bounds(tmp_path: Path) -> None:
    run = record(tmp_path / "run", NUMBERS)
    report = report_of(run)

    assert words.headline(report) == "Off by 6.65 on average"
    assert words.interval(report) == "between 5.57 and 7.88 – measured on 84 rows it never saw"
    assert words.uncertainty(report).startswith("It explains 95 of 100 parts of why income differs (between ")
    assert words.worst_title(report) == "Largest errors first"
    assert words.off_by(run).startswith("Such answers are off by 6.65 on average (between ")
    distance = np.abs(report.verdicts.truth - report.verdicts.said)
    assert distance[report.worst[0]] == distance.max()


def test_there_is_nothing_typical_about_classes(tmp_path: Path) -> None:
    assert words.off_by(record(tmp_path / "run")) == ""


def test_the_cells_of_the_matrix_hold_their_samples(tmp_path: Path) -> None:
    report = report_of(record(tmp_path / "run", Recipe(skill=0.6)))

    for truth in range(3):
        for said in range(3):
            assert len(report.cell(truth, said)) == report.matrix[truth, said]
    assert len(report.worst) == report.right.total - report.right.right


def test_this_run_is_compared_with_the_one_before(tmp_path: Path) -> None:
    record(tmp_path / "run-1", Recipe(skill=0.7))
    record(tmp_path / "run-2", NUMBERS)
    now = record(tmp_path / "run-3", Recipe(skill=0.92))
    before = load_previous(now)
    assert before is not None

    assert words.comparison(report_of(now), before) == (
        "The training before was right on 77 of 100 (between 67 and 85). This one is better by 17."
    )
    assert words.comparison(before, before).endswith("This one is as good.")


def test_a_small_difference_can_be_chance(tmp_path: Path) -> None:
    before = record(tmp_path / "run-1", Recipe(skill=0.92))
    now = record(tmp_path / "run-2", Recipe(skill=0.88, seed=4))
    said = words.comparison(report_of(now), report_of(before))

    assert said.endswith("can be chance.")


def test_errors_are_compared_too(tmp_path: Path) -> None:
    before, now = record(tmp_path / "run-1", NUMBERS), record(tmp_path / "run-2", NUMBERS)

    assert "off by 6.65 on average" in words.comparison(report_of(now), report_of(before))


def test_a_run_without_a_model_has_no_report(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    for name in ("test", "validation"):
        (run.model_path / f"{name}.parquet").unlink()

    assert load_report(run) is None


def test_a_damaged_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    (run.model_path / "test.parquet").write_bytes(b"PAR1 but no more")

    with pytest.raises(ModelError, match=r"test\.parquet cannot be read"):
        read_verdicts(run.model_path, run.task)
    later = record(tmp_path / "run-later")
    assert load_previous(later) is None


def test_when_nothing_is_wrong_it_says_so(tmp_path: Path) -> None:
    report = report_of(record(tmp_path / "run", Recipe(skill=1.0)))

    assert words.worst_title(report) == "No mistakes: all 84 photos were named rightly"
    assert words.verdict(report, 0).split(" (")[0] in {"bolt, rightly", "nut, rightly", "washer, rightly"}


def test_of_several_classes_all_must_be_right(tmp_path: Path) -> None:
    report = report_of(record(tmp_path / "run", Recipe(kind=Kind.MULTILABEL)))
    truth, said = report.verdicts.sets

    assert words.headline(report) == "All classes right on 73 of 100"
    assert words.uncertainty(report) == "Always answering no class would be right on 13 of 100."
    assert report.right.right == sum(list(true) == list(named) for true, named in zip(truth, said, strict=True))
    bolt = report.classes[0]
    assert (bolt.found.total, bolt.trusted.total) == (int(truth[:, 0].sum()), int(said[:, 0].sum()))
    assert bolt.found.right == int((truth[:, 0] & said[:, 0]).sum())
