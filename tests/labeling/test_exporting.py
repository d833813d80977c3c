"""What a project knows is written for other tools, and is the same when it is taken in again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.task import Modality
from labeling.annotations.model import Carried
from labeling.annotations.registry import WRITERS
from labeling.errors import Cancelled, ExportRefused
from labeling.exporting import annotations_of, fitted_to, write_labels
from labeling.importing import read, understand
from labeling.project import Project
from tests.labeling.conftest import PictureMaker
from tests.labeling.guests import SAID, guests

BOXED = ("coco", "yolo", "voc", "labelme", "create_ml", "label_studio", "custom_vision", "jsonl")


def taken_in(data: Path, folder: Path) -> Project:
    understanding = understand(data)
    project = Project.create(folder)
    project.add(understanding, read(understanding))
    return project


@pytest.fixture
def cells(tmp_path: Path, make_picture: PictureMaker) -> Iterator[Project]:
    """Four pictures, of which three have boxes and one was looked at in vain."""
    data = tmp_path / "cells"
    for place in range(4):
        make_picture(data / f"{place}.png", seed=place)
        lines = "".join(f"{number % 2} 0.5 0.5 0.{number + 2} 0.25\n" for number in range(place))
        (data / f"{place}.txt").write_text(lines)
    (data / "classes.txt").write_text("red\nwhite\n")
    with taken_in(data, tmp_path / "project") as project:
        yield project


@pytest.mark.parametrize("to", BOXED)
def test_boxes_go_out_and_come_back(cells: Project, tmp_path: Path, make_picture: PictureMaker, to: str) -> None:
    out = tmp_path / "out"
    write_labels(annotations_of(cells)[1], WRITERS[to], out)
    for place in range(4):
        make_picture(out / f"{place}.png", seed=place)
    with taken_in(out, tmp_path / "again") as again:
        before, after = cells.marks(cells.ids()), again.marks(again.ids())
    empty = Carried.EMPTY in WRITERS[to].carries
    assert list(after) == [id for id, boxes in before.items() if boxes or empty]
    for id, boxes in after.items():
        assert [box.label for box in boxes] == [box.label for box in before[id]]


def test_classes_go_out_as_csv_and_come_back(bolts: Path, tmp_path: Path) -> None:
    with taken_in(bolts, tmp_path / "project") as project:
        write_labels(annotations_of(project)[1], WRITERS["csv"], tmp_path / "out")
        labels = {sample.id: sample.label for sample in project.page()}
    (bolts / "labels.csv").write_bytes((tmp_path / "out" / "labels.csv").read_bytes())
    with taken_in(bolts, tmp_path / "again") as again:
        assert {sample.id: sample.label for sample in again.page()} == labels


def test_a_format_without_boxes_is_given_the_classes_that_they_name(cells: Project, tmp_path: Path) -> None:
    modality, annotations = annotations_of(cells)
    held, sentences = fitted_to(WRITERS["csv"], annotations, modality)
    assert sentences[0].startswith("CSV cannot hold boxes in pictures")
    assert sentences[-1] == "Which classes a sample shows is written instead."
    write_labels(held, WRITERS["csv"], tmp_path / "out")
    lines = (tmp_path / "out" / "labels.csv").read_text().splitlines()
    assert lines == ["filename,label", "0.png,", "1.png,red", "2.png,red;white", "3.png,red;white"]


def test_what_cannot_be_written_is_refused(cells: Project, bolts: Path, tmp_path: Path) -> None:
    modality, annotations = annotations_of(cells)
    with pytest.raises(ExportRefused, match="already holds something"):
        write_labels(annotations, WRITERS["coco"], tmp_path / "cells")
    with pytest.raises(ExportRefused, match=r"fastText is not for photos\. .* coco,"):
        fitted_to(WRITERS["fasttext"], annotations, modality)
    with taken_in(bolts, tmp_path / "bolts") as project:
        modality, annotations = annotations_of(project)
    with pytest.raises(ExportRefused, match="COCO can hold none of these labels"):
        fitted_to(WRITERS["coco"], annotations, modality)
    with Project.create(tmp_path / "empty") as empty, pytest.raises(ExportRefused, match="is empty"):
        annotations_of(empty)


def test_a_disk_that_cannot_be_written_leaves_nothing_behind(cells: Project, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(ExportRefused, match="could not be written"):
        write_labels(annotations_of(cells)[1], WRITERS["coco"], tmp_path / "a file" / "out")


def test_every_format_that_help_names_is_there() -> None:
    from studio.cli.commands.labels import FORMATS

    assert sorted(FORMATS.partition(";")[0].replace(" or ", ", ").split(", ")) == sorted(WRITERS)


@pytest.mark.parametrize("to", sorted({*BOXED, "folders", "csv", "xlsx", "autodl"}))
def test_writing_tells_how_far_it_is_and_leaves_nothing_when_stopped(
    cells: Project, bolts: Path, tmp_path: Path, to: str
) -> None:
    if to in BOXED:
        found = annotations_of(cells)[1]
    else:
        with taken_in(bolts, tmp_path / "bolts") as project:
            found = annotations_of(project)[1]
    told: list[tuple[int, int]] = []
    out = tmp_path / "out"
    write_labels(found, WRITERS[to], out, lambda *place: told.append(place))
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1] > 1
    halfway = tmp_path / "halfway"
    with pytest.raises(Cancelled):
        write_labels(found, WRITERS[to], halfway, lambda *place: told.append(place), lambda: len(told) % 3 == 2)
    assert not halfway.exists()
    with pytest.raises(Cancelled):
        annotations_of(cells, lambda: True)


def test_classes_of_the_whole_sample_go_out_beside_its_boxes(cells: Project, tmp_path: Path) -> None:
    cells.set_label(["2.png"], ("red", "white", "blurred"))
    modality, annotations = annotations_of(cells)
    by_name = {sample.name: sample for sample in annotations.samples}
    assert by_name["2.png"].classes == ("blurred",)
    assert [box.label for box in by_name["2.png"].boxes or ()] == ["red", "white"]
    assert by_name["1.png"].classes is None
    held, _ = fitted_to(WRITERS["csv"], annotations, modality)
    write_labels(held, WRITERS["csv"], tmp_path / "csv")
    assert "2.png,blurred;red;white" in (tmp_path / "csv" / "labels.csv").read_text().splitlines()
    assert (
        "COCO cannot hold one class of a whole sample: left out."
        in fitted_to(WRITERS["coco"], annotations, modality)[1]
    )


@pytest.mark.parametrize("to", ["jsonl", "label_studio", "labelme", "custom_vision"])
def test_classes_of_the_whole_sample_come_back_with_its_boxes(
    cells: Project, tmp_path: Path, make_picture: PictureMaker, to: str
) -> None:
    cells.set_label(["2.png"], ("red", "white", "blurred"))
    out = tmp_path / "out"
    write_labels(annotations_of(cells)[1], WRITERS[to], out)
    for place in range(4):
        make_picture(out / f"{place}.png", seed=place)
    with taken_in(out, tmp_path / "again") as again:
        assert again.samples(["2.png"])[0].label == ("blurred", "red", "white")
        assert [box.label for box in again.marks(["2.png"])["2.png"]] == ["red", "white"]


def test_texts_that_a_column_keeps_together_go_out_as_texts(tmp_path: Path) -> None:
    understanding = guests(tmp_path)
    with Project.create(tmp_path / "project") as project:
        project.add(understanding, read(understanding))
        modality, annotations = annotations_of(project)
    assert modality is Modality.TEXT
    assert (annotations.head.text, annotations.head.absent) == ("words", ("guest",))
    assert [sample.text for sample in annotations.samples] == [line.partition(",")[2] for line in SAID]
