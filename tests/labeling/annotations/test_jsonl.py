"""JSON lines: lists of classes are told from single ones, whichever come first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.task import Kind
from labeling.annotations.jsonl import FILE, JsonLines
from labeling.annotations.model import Annotated, Annotations
from labeling.importing import read, understand
from tests.labeling.conftest import PictureMaker

MANY = 25  # more lines than are looked at to tell what a file holds


@pytest.mark.parametrize("last", [("nut", "bolt"), ()], ids=["both", "none"])
def test_a_list_of_which_only_the_last_has_not_one_class_comes_back_whole(
    last: tuple[str, ...], tmp_path: Path, make_picture: PictureMaker
) -> None:
    classes = [("nut",) if at % 2 else ("bolt",) for at in range(MANY - 1)] + [last]
    for at in range(MANY):
        make_picture(tmp_path / f"{at:02}.png", seed=at)
    samples = [Annotated(f"{at:02}.png", classes=names) for at, names in enumerate(classes)]
    JsonLines().write(Annotations(samples), tmp_path)
    understanding = understand(tmp_path)
    assert understanding.kind is Kind.MULTILABEL
    frame = read(understanding).frame.sort("id")
    assert [sorted(label) for label in frame["label"].to_list()] == [sorted(names) for names in classes]


def test_single_classes_are_written_as_a_column(tmp_path: Path) -> None:
    JsonLines().write(Annotations([Annotated("a.png", classes=("nut",)), Annotated("b.png", classes=None)]), tmp_path)
    lines = (tmp_path / FILE).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"file": "a.png", "label": "nut"}, {"file": "b.png"}]
