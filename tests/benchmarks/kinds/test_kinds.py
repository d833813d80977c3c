from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.benchmarks.cases import ROWS, Case
from tests.benchmarks.kinds import plain
from tests.benchmarks.kinds.made import MADE, add_noise, ask_several, count_cells, join_news, mix_sounds
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


def test_noise_is_as_loud_as_is_said(tmp_path: Path) -> None:
    (tmp_path / "spoken_digits" / "train" / "one").mkdir(parents=True)
    tone = np.sin(np.arange(8000) / 5)
    for number in range(8):
        soundfile.write(tmp_path / "spoken_digits" / "train" / "one" / f"{number}.wav", 0.5 * tone, 8_000)
    add_noise(tmp_path, tmp_path, "train")
    for row in read_rows(tmp_path / "train.csv"):
        wave, rate = soundfile.read(tmp_path / "train" / row["filename"])
        digit = tone * (wave @ tone) / (tone @ tone)
        louder = 10 * np.log10(np.mean(digit**2) / np.mean((wave - digit) ** 2))
        assert rate == 8_000
        assert louder == pytest.approx(float(row["louder"]), abs=0.5)


def test_what_is_asked_of_people_is_not_told(tmp_path: Path) -> None:
    person = {"age": "39", "sex": "Female", "marital_status": "Married-civ-spouse", "relationship": "Wife"}
    (tmp_path / "adult_census").mkdir()
    write_rows(tmp_path / "adult_census" / "test.csv", [person | {"hours_per_week": "45", "income": "<=50K"}])
    ask_several(tmp_path, tmp_path, "test")
    assert read_rows(tmp_path / "test.csv") == [{"age": "39", "facts": "woman;married;long weeks"}]


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


def person(rng: np.random.Generator) -> dict[str, str]:
    number, colour = float(rng.normal()), ["red", "blue", ""][int(rng.integers(3))]
    several = ["big"] * (number > 0) + ["warm"] * (colour == "red") or ["none"]
    return {"number": f"{number:.3f}", "colour": colour, "what": ";".join(several)}


def review(rng: np.random.Generator) -> dict[str, str]:
    words = rng.choice(["good", "bad"], 6)
    return {"text": " ".join(words), "what": str((words == "good").sum())}


@pytest.mark.parametrize(("modality", "kind", "row"), [("table", "multilabel", person), ("text", "regression", review)])
def test_the_plain_way_answers_so_that_the_outside_scorer_can_judge_it(
    modality: str, kind: str, row: Callable[[np.random.Generator], dict[str, str]], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    for part in ("train", "test"):
        write_rows(tmp_path / f"{part}.csv", [row(rng) for _ in range(200)])
    case = Case("things", modality, kind, "train.csv", "test.csv", ROWS, "what")
    plain.answer(case, tmp_path, tmp_path / "answers.csv")
    truth = Truth(kind, read_part(case, tmp_path, "test").truth)
    assert score_file(tmp_path / "answers.csv", truth).metrics[case.metric] > 0.9


def test_every_kind_of_data_has_several_classes_or_numbers_that_no_real_set_has() -> None:
    assert {(made.case.modality, made.case.kind) for made in MADE.values()} == {
        ("image", "regression"),
        ("audio", "multilabel"),
        ("audio", "regression"),
        ("text", "multilabel"),
        ("text", "regression"),
        ("table", "multilabel"),
    }
