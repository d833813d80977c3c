from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.benchmarks.scoring import Moment, Scores, area, score_curve, score_file, true_labels

TRUTH = {"0": "no", "1": "yes", "2": "yes", "3": "no"}
GOOD = "id,prediction,no,yes\n0,no,0.9,0.1\n1,yes,0.2,0.8\n2,no,0.6,0.4\n3,no,0.7,0.3\n"


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_scores_by_hand(tmp_path: Path) -> None:
    scores = score_file(written(tmp_path, "a.csv", GOOD), TRUTH)
    assert (scores.accuracy, scores.nauc, scores.samples) == (0.75, 1.0, 4)


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    head, *rows = GOOD.splitlines()
    backwards = "\n".join([head, *reversed(rows)])
    assert score_file(written(tmp_path, "a.csv", backwards), TRUTH) == score_file(
        written(tmp_path, "b.csv", GOOD), TRUTH
    )


def test_classes_that_the_test_part_lacks_are_left_out(tmp_path: Path) -> None:
    text = "id,prediction,a,b,c\n0,a,0.6,0.3,0.1\n1,a,0.5,0.4,0.1\n"
    scores = score_file(written(tmp_path, "a.csv", text), {"0": "a", "1": "b"})
    assert (scores.accuracy, scores.nauc) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("3,no,0.7,0.3\n", ""), "just the 4 samples"),
        (GOOD.replace("3,no", "2,no"), "just the 4 samples"),
        (GOOD.replace("id,", "row,"), "just the 4 samples"),
        (GOOD.replace("0.9,0.1", "0.9,0.9"), "no probabilities"),
        (GOOD.replace("0.9,0.1", "1.1,-0.1"), "no probabilities"),
        (GOOD.replace("0,no", "0,yes"), "says one class"),
    ],
)
def test_a_wrong_file_is_not_scored(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score_file(written(tmp_path, "a.csv", text), TRUTH)


def test_labels_of_a_table_are_numbered_rows(tmp_path: Path) -> None:
    table = written(tmp_path, "t.csv", 'x,y\n1,no\n2,"yes, but"\n')
    assert true_labels(table, "y") == {"0": "no", "1": "yes, but"}


def test_labels_of_pictures_are_their_folders(tmp_path: Path) -> None:
    for name in ("ant", "bee"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, "1.jpg", "")
    assert true_labels(tmp_path, None) == {"ant/1.jpg": "ant", "bee/1.jpg": "bee"}


def test_curve_is_in_the_order_of_time(tmp_path: Path) -> None:
    for name in ("900.csv", "10000.csv", "2500.csv"):
        written(tmp_path, name, GOOD)
    assert [moment.seconds for moment in score_curve(tmp_path, TRUTH)] == [0.9, 2.5, 10.0]


def moment(seconds: float, nauc: float) -> Moment:
    return Moment(seconds, Scores(accuracy=0.5, nauc=nauc, samples=10))


def test_area_by_hand() -> None:
    expected = (0.5 * math.log(5) + 0.8 * math.log(21 / 10)) / math.log(21)
    assert area([moment(60, 0.5), moment(540, 0.8)]) == pytest.approx(expected)


def test_area_of_late_or_no_points() -> None:
    assert area([]) == 0.0
    assert area([moment(1300, 0.9)]) == 0.0
