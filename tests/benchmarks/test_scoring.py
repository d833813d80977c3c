from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from tests.benchmarks.scoring import Moment, Scores, Truth, area, first_model, score_curve, score_file

TRUTH = Truth("multiclass", {"0": "no", "1": "yes", "2": "yes", "3": "no"})
GOOD = "id,prediction,no,yes\n0,no,0.9,0.1\n1,yes,0.2,0.8\n2,no,0.6,0.4\n3,no,0.7,0.3\n"


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_scores_by_hand(tmp_path: Path) -> None:
    scores = score_file(written(tmp_path, "a.csv", GOOD), TRUTH)
    assert scores.metrics == {"accuracy": 0.75, "nauc": 1.0}


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    head, *rows = GOOD.splitlines()
    backwards = "\n".join([head, *reversed(rows)])
    assert score_file(written(tmp_path, "a.csv", backwards), TRUTH) == score_file(
        written(tmp_path, "b.csv", GOOD), TRUTH
    )


def test_classes_that_the_test_part_lacks_are_left_out(tmp_path: Path) -> None:
    text = "id,prediction,a,b,c\n0,a,0.6,0.3,0.1\n1,a,0.5,0.4,0.1\n"
    scores = score_file(written(tmp_path, "a.csv", text), Truth("multiclass", {"0": "a", "1": "b"}))
    assert scores.metrics == {"accuracy": 0.5, "nauc": 1.0}


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


def test_numbers_by_hand(tmp_path: Path) -> None:
    text = "id,prediction\n0,1.5\n1,2.5\n2,2.5\n"
    scores = score_file(written(tmp_path, "a.csv", text), Truth("regression", {"0": "1", "1": "2", "2": "3"}))
    assert scores.metrics["r2"] == pytest.approx(1 - 0.75 / 2)
    assert scores.metrics["mae"] == pytest.approx(0.5)


SEVERAL = Truth("multilabel", {"0": "a;b", "1": "b", "2": "", "3": "a"})


def test_several_classes_by_hand(tmp_path: Path) -> None:
    text = "id,prediction,a,b\n0,a;b,0.9,0.8\n1,b,0.3,0.7\n2,a,0.6,0.1\n3,a,0.7,0.2\n"
    scores = score_file(written(tmp_path, "a.csv", text), SEVERAL)
    assert scores.metrics == {"nauc": 1.0, "exact": 0.75}
    assert not scores.constant


def test_the_same_answer_for_all_is_no_model(tmp_path: Path) -> None:
    flat = "id,prediction,no,yes\n" + "".join(f"{row},no,0.6,0.4\n" for row in range(4))
    written(tmp_path, "100.csv", flat)
    curve = score_curve(tmp_path, TRUTH, started=0.0)
    assert curve[0].scores.constant
    assert first_model(curve) is None


def test_curve_is_in_the_order_of_its_names_and_timed_by_the_disk(tmp_path: Path) -> None:
    for name, moment in (("900.csv", 101.0), ("10000.csv", 110.0), ("2500.csv", 102.5)):
        file = written(tmp_path, name, GOOD)
        os.utime(file, (moment, moment))
    curve = score_curve(tmp_path, TRUTH, started=100.0)
    assert [point.seconds for point in curve] == [1.0, 2.5, 10.0]
    assert first_model(curve) == 1.0


def moment(seconds: float, nauc: float) -> Moment:
    return Moment(seconds, Scores({"nauc": nauc}, constant=False))


def test_area_by_hand() -> None:
    expected = (0.5 * math.log(5) + 0.8 * math.log(21 / 10)) / math.log(21)
    assert area([moment(60, 0.5), moment(540, 0.8)], "nauc", 1200) == pytest.approx(expected)


def test_area_of_late_or_no_points() -> None:
    assert area([], "nauc", 60) == 0.0
    assert area([moment(61, 0.9)], "nauc", 60) == 0.0
    assert area([moment(0, 0.9), moment(61, 0.1)], "nauc", 60) == pytest.approx(0.9)
