from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.benchmarks.cases import ROWS, Case
from tests.benchmarks.kinds import plain
from tests.benchmarks.kinds.made import MADE, Made, count_cells, join_news, mix_sounds
from tests.benchmarks.parts import names_of, read_part, read_rows, write_rows
from tests.benchmarks.scoring import Truth, score_file

MARK = "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>"


def test_cells_are_counted_but_for_other_things_and_empty_marks(tmp_path: Path) -> None:
    for folder in ("images", "annotations"):
        (tmp_path / "blood_cells_boxes" / "train" / folder).mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "blood_cells_boxes" / "train" / "images" / "1.jpg")
    marks = [("RBC", 1), ("RBC", 2), ("WBC", 1), ("RBC", 9)]
    words = f"<annotation>{''.join(MARK.format(*mark) for mark in marks)}</annotation>"
    (tmp_path / "blood_cells_boxes" / "train" / "annotations" / "1.xml").write_text(words, encoding="utf-8")
    count_cells(tmp_path, tmp_path, "train")
    assert read_rows(tmp_path / "train.csv") == [{"filename": "1.jpg", "cells": "2"}]
    assert (tmp_path / "train" / "1.jpg").is_file()


def test_two_sounds_of_different_classes_are_heard_at_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("dog", "rain"):
        (tmp_path / "esc10" / "test" / name).mkdir(parents=True)
        for number in range(2):
            soundfile.write(tmp_path / "esc10" / "test" / name / f"{number}.wav", rng.normal(size=4000) / 9, 16_000)
    for target in ("one", "again"):
        (tmp_path / target).mkdir()
        mix_sounds(tmp_path, tmp_path / target, "test")
    rows = read_rows(tmp_path / "one" / "test.csv")
    assert len(rows) == 8
    assert {row["heard"] for row in rows} == {"dog;rain"}
    wave, rate = soundfile.read(tmp_path / "one" / "test" / rows[0]["filename"])
    assert (len(wave), rate) == (4000, 16_000)
    assert np.sqrt(np.mean(wave**2)) == pytest.approx(0.05 * np.sqrt(2), rel=0.1)
    again, _ = soundfile.read(tmp_path / "again" / "test" / rows[0]["filename"])
    np.testing.assert_array_equal(again, wave)


def test_a_text_of_several_news_is_about_all_of_them_and_no_news_is_told_twice(tmp_path: Path) -> None:
    news = [{"label": "ab"[n % 2], "title": f"title-{n}", "description": "words"} for n in range(30)]
    (tmp_path / "ag_news_small").mkdir()
    write_rows(tmp_path / "ag_news_small" / "train.csv", news)
    join_news(tmp_path, tmp_path, "train")
    rows = read_rows(tmp_path / "train.csv")
    told = [word.rstrip(".") for row in rows for word in row["text"].split() if word.startswith("title")]
    assert sorted(told) == sorted(one["title"] for one in news)
    for row in rows:
        titles = {one["title"] for one in news if f"{one['title']}." in row["text"]}
        assert names_of(row["topics"]) == {one["label"] for one in news if one["title"] in titles}


@pytest.mark.parametrize("kind", ["regression", "multilabel"])
def test_the_plain_way_answers_so_that_the_outside_scorer_can_judge_it(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for part in ("train", "test"):
        rows = []
        for _ in range(200):
            number, colour = float(rng.normal()), ["red", "blue", ""][int(rng.integers(3))]
            several = ["big"] * (number > 0) + ["warm"] * (colour == "red") or ["none"]
            target = ";".join(several) if kind == "multilabel" else f"{number + (colour == 'red'):.3f}"
            rows.append({"number": f"{number:.3f}", "colour": colour, "what": target})
        write_rows(tmp_path / f"{part}.csv", rows)
    case = Case("things", "table", kind, "train.csv", "test.csv", ROWS, "what")
    plain.answer(case, tmp_path, tmp_path / "answers.csv")
    truth = Truth(kind, read_part(case, tmp_path, "test").truth)
    assert score_file(tmp_path / "answers.csv", truth).metrics[case.metric] > 0.9
    with (tmp_path / "answers.csv").open(encoding="utf-8") as lines:
        assert len(list(csv.reader(lines))) == 201


def test_every_kind_of_data_has_several_classes_or_numbers_that_no_real_set_has() -> None:
    assert {(made.case.modality, made.case.kind) for made in MADE.values()} == {
        ("image", "regression"),
        ("audio", "multilabel"),
        ("audio", "regression"),
        ("text", "multilabel"),
        ("text", "regression"),
        ("table", "multilabel"),
    }
    assert all(isinstance(made, Made) and made.case.name == name for name, made in MADE.items())
