from __future__ import annotations

import doctest
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from pytestqt.modeltest import ModelTester

from engine.dataset import Dataset
from engine.task import Column, ColumnType, Kind, Modality, Task
from labeling.errors import LabelingError
from labeling.importing import inputs
from studio.background import Job
from studio.try_it import collecting, row_form
from studio.try_it.answers import Answer, as_predictions, read_answer
from studio.try_it.batch import Asked, BatchModel
from studio.try_it.collecting import collect, some_sample
from studio.try_it.saving import save

PHOTOS = Task(Modality.IMAGE, Kind.MULTICLASS, ("bolt", "nut", "washer"))
ROWS = Task(
    Modality.TABLE,
    Kind.REGRESSION,
    target="price",
    columns=(Column("age", ColumnType.NUMBER), Column("job", ColumnType.CATEGORY)),
)


def ignore(sentence: str) -> None:
    """Hear nothing."""


def told(**shares: float) -> Answer:
    return read_answer({"prediction": max(shares, key=lambda name: shares[name]), "probabilities": shares})


def test_an_answer_lists_every_class_likeliest_first() -> None:
    answer = told(bolt=0.05, nut=0.9, washer=0.05)

    assert answer.shares[0] == ("nut", 0.9)
    assert (answer.title, answer.remark, answer.unsure) == ("nut", "90% sure", False)


@pytest.mark.parametrize("shares", [{"bolt": 0.45, "nut": 0.3, "washer": 0.25}, {"bolt": 0.55, "nut": 0.45}])
def test_what_does_not_stand_out_is_not_claimed(shares: dict[str, float]) -> None:
    answer = told(**shares)

    assert answer.unsure
    assert answer.title == "Not sure: bolt or nut"
    assert "Look yourself" in answer.remark


def test_a_number_and_an_error_are_answers_too() -> None:
    assert read_answer({"prediction": 181234.5}).title == "181,200"
    broken = read_answer({"error": "x.jpg is empty."})
    assert (broken.title, broken.remark, broken.unsure) == ("No answer", "x.jpg is empty.", False)


def test_answers_become_predictions_in_the_order_of_the_classes() -> None:
    values = as_predictions([told(nut=0.7, bolt=0.2, washer=0.1), Answer(None, error="broken")], PHOTOS)

    assert values[0].tolist() == [0.2, 0.7, 0.1]
    assert np.isnan(values[1]).all()
    assert as_predictions([Answer(3.5)], ROWS).tolist() == [[3.5]]


def test_predictions_are_saved_as_the_command_line_does(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    number = save(path, PHOTOS, [("a.jpg", told(nut=0.7, bolt=0.2, washer=0.1))])

    assert number == 1
    assert path.read_text() == "id,prediction,bolt,nut,washer\na.jpg,nut,0.2,0.7,0.1\n"


def test_the_batch_is_a_sound_model_filled_as_answers_come(qtmodeltester: ModelTester) -> None:
    model = BatchModel()
    model.show_asked([Asked("a.jpg", "/a.jpg"), Asked("b.jpg", "/b.jpg"), Asked("c.jpg", "/c.jpg")])
    model.take(1, [told(nut=0.9, bolt=0.1), Answer(None, error="It is empty.")])
    qtmodeltester.check(model)

    assert [model.index(row, 1).data() for row in range(3)] == ["…", "nut", "No answer"]
    assert model.index(1, 2).data() == "90%"
    assert model.waiting == 1
    assert [name for name, _ in model.pairs()] == ["b.jpg"]


def test_files_are_asked_about_one_by_one_and_folders_whole(tmp_path: Path, photos: Path) -> None:
    other = tmp_path / "other" / "bolt 0.png"
    other.parent.mkdir()
    Image.new("RGB", (9, 9)).save(other)
    found = collect([photos / "bolt" / "bolt 0.png", other], PHOTOS, Job(), ignore)

    assert [asked.id for asked in found] == [str(photos / "bolt" / "bolt 0.png"), str(other)]
    ids = [asked.id for asked in collect([photos], PHOTOS, Job(), ignore)]
    assert "washer/washer 3.png" in ids


def test_rows_of_a_table_are_asked_about_by_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("job,age\ncook,31\n,44\n,old\n")
    heard: list[str] = []
    found = collect([path], ROWS, Job(), heard.append)

    assert [asked.id for asked in found] == ["0", "1", "2"]
    assert found[0].item == {"age": 31.0, "job": "cook"}
    assert found[1].item == {"age": 44.0, "job": None}
    assert found[2].item == {"age": None, "job": None}
    assert len(heard) == 1 and heard[0].startswith("“age” takes numbers; in 1 of 3 rows")


def test_archives_and_lists_are_asked_about_as_a_prediction_reads_them(photos: Path, texts: Path) -> None:
    letters = Task(Modality.TEXT, Kind.MULTICLASS, ("complaint", "praise"))
    packed = Path(shutil.make_archive(str(photos), "zip", photos))
    assert "nut/nut 1.png" in [asked.id for asked in collect([packed], PHOTOS, Job(), ignore)]
    listed = texts / "listed.csv"
    listed.write_text("file\npraise/praise 1.txt\ncomplaint/other.txt\n")
    found = [asked.item for asked in collect([listed], letters, Job(), ignore)]
    assert found == [str(texts / "praise" / "praise 1.txt"), str(texts / "complaint" / "other.txt")]
    written = texts / "reviews.csv"
    written.write_text("words\nThe soup was cold\nThe soup was good\n")
    with pytest.raises(LabelingError, match=r"reviews\.csv"):
        collect([written], letters, Job(), ignore)
    assert [asked.id for asked in collect([texts / "praise" / "other.txt"], letters, Job(), ignore)] == ["other.txt"]


@pytest.mark.parametrize(("limit", "most"), [("MOST_ROWS", 2), ("MOST_CELLS", 4)])
def test_a_table_too_long_for_a_list_is_refused_with_what_answers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    path = tmp_path / "new.csv"
    path.write_text("job,age\ncook,31\ncook,44\n")
    monkeypatch.setattr(collecting, limit, most)
    assert len(collect([path], ROWS, Job(), ignore)) == 2
    path.write_text("job,age\ncook,31\ncook,44\ncook,4\n")
    with pytest.raises(LabelingError, match=r"3 rows, and up to 2 .* autodidact predict RUN"):
        collect([path], ROWS, Job(), ignore)


def test_nothing_is_said_of_files_that_the_model_answers_are_unreadable(photos: Path) -> None:
    heard: list[str] = []
    assert len(collect([photos / "nut"], PHOTOS, Job(), heard.append)) == 6
    assert heard == []


def test_what_is_left_out_by_its_ending_and_what_the_model_cannot_know_is_told(
    photos: Path, texts: Path, tmp_path: Path
) -> None:
    for name in ("a.heic", "b.heic"):
        (photos / "bolt" / name).write_bytes(b"photo")
    heard: list[str] = []
    assert len(collect([photos / "bolt"], PHOTOS, Job(), heard.append)) == 4
    (said,) = heard
    assert said.startswith("2 files are not photos by their endings (.heic), so they were left out")
    letters = Task(Modality.TEXT, Kind.MULTICLASS, ("complaint", "praise"))
    learned = inputs(texts / "complaint", letters)
    (tmp_path / "russian").mkdir()
    asked = [tmp_path / "one.txt", tmp_path / "russian" / "two.txt"]
    for path in asked:
        path.write_text("Суп был хороший", encoding="utf-8")
    heard.clear()
    assert len(collect([asked[0], tmp_path / "russian"], letters, Job(), heard.append, learned)) == 2
    (said,) = heard
    assert said.startswith("Most of these texts are in another script (Cyrillic)")


def test_what_does_not_fit_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(LabelingError):
        collect([tmp_path / "empty"], PHOTOS, Job(), ignore)


def test_a_sample_to_start_from_is_of_the_test_part() -> None:
    dataset = Dataset(pl.DataFrame({"id": ["a", "b", "c"], "split": ["train", "test", "train"]}))

    def first(rows: Sequence[int]) -> int:
        return rows[0]

    assert some_sample(dataset, first) == 1
    assert some_sample(Dataset(dataset.frame.filter(pl.col("split") == "train")), first) == 0


def test_the_examples_of_the_form_hold() -> None:
    assert doctest.testmod(row_form).failed == 0


def several(**shares: float) -> Answer:
    named = [name for name, share in shares.items() if share >= 0.5]
    return read_answer({"prediction": ";".join(named), "labels": named, "probabilities": shares})


def test_of_several_classes_each_is_in_or_out_by_itself() -> None:
    answer = several(apple=0.95, banana=0.93, cherry=0.04)

    assert (answer.title, answer.remark) == ("apple, banana", "93% sure")
    assert answer.standing == 2
    assert not answer.unsure
    none = several(apple=0.1, banana=0.02)
    assert (none.title, none.standing, none.unsure) == ("None of the classes", 0, False)


def test_a_class_that_is_as_likely_as_not_is_doubted_by_name() -> None:
    answer = several(apple=0.95, banana=0.52)

    assert answer.unsure
    assert answer.title == "apple, banana"
    assert answer.remark.startswith("Not sure about banana. Look yourself")
