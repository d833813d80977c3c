"""Texts in files and in tables, good and bad."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.task import ColumnType, Kind, Modality
from labeling.errors import ImportRefused
from labeling.importing import inputs, labelled, read, understand
from labeling.snapshot import snapshot

ROWS = 30


def review(row: int) -> str:
    return f"the {row}th visit was {'lovely, and we come again' if row % 2 else 'dull; never again, alas'}"


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """Thirty texts in two folders."""
    for row in range(ROWS):
        path = tmp_path / "reviews" / ("good" if row % 2 else "bad") / f"{row}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(review(row))
    return tmp_path / "reviews"


def test_folders_of_texts_are_classes(reviews: Path) -> None:
    (reviews / "ABOUT.md").write_text("about")
    understanding = understand(reviews)
    assert understanding.text() == "30 texts in 2 folders → sort texts into bad / good"
    frozen = snapshot(read(understanding).frame, understanding)
    assert (frozen.task.modality, frozen.task.columns) == (Modality.TEXT, ())
    assert inputs(reviews / "good" / "1.txt", frozen.task).references == [str(reviews / "good" / "1.txt")]
    assert len(labelled(reviews, frozen.task)) == ROWS


def test_bad_texts_are_left_out_and_odd_ones_taken(reviews: Path) -> None:
    (reviews / "bad" / "empty.txt").touch()
    (reviews / "bad" / "blank.txt").write_text(" \n ")
    (reviews / "bad" / "photo.txt").write_bytes(bytes(range(32)) * 20)
    (reviews / "good" / "emoji.txt").write_text("🙂🙃")
    (reviews / "good" / "long.txt").write_text("a long text " * 100_000)
    (reviews / "good" / "wide.txt").write_bytes("a wide text".encode("utf-16"))
    (reviews / "good" / "chinese.txt").write_bytes("味道不错".encode("gb18030"))
    (reviews / "good" / "western.txt").write_bytes("déjà vu".encode("cp1252"))
    batch = read(understand(reviews))
    assert batch.frame.height == ROWS + 5
    told = {problem.path: problem.sentence for problem in batch.problems}
    assert set(told) == {"bad/empty.txt", "bad/blank.txt", "bad/photo.txt"}
    assert "not a text" in told["bad/photo.txt"]


def test_a_readme_beside_a_table_is_no_text_to_learn_from(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("about")
    (tmp_path / "data.csv").write_text("text,label\n" + "".join(f'"{review(r)}",{r % 2}\n' for r in range(ROWS)))
    assert understand(tmp_path).format == "table"


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_a_table_of_what_people_wrote_is_texts(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"reviews.{ending}"
    rows = [(review(row), "good" if row % 2 else "bad") for row in range(ROWS)]
    if ending == "jsonl":
        path.write_text("\n".join(json.dumps({"text": text, "label": label}) for text, label in rows))
    else:
        comma = "," if ending == "csv" else "\t"
        path.write_text(f"text{comma}label\n" + "".join(f'"{text}"{comma}{label}\n' for text, label in rows))
    understanding = understand(path)
    assert understanding.text() == "30 texts → sort texts by label into bad / good"
    task = snapshot(read(understanding).frame, understanding).task
    assert task.modality is Modality.TEXT
    assert [(column.name, column.type) for column in task.columns] == [("text", ColumnType.TEXT)]
    assert inputs(path, task).frame["x:text"].to_list() == [text for text, _ in rows]
    assert len(labelled(path, task)) == ROWS


def test_texts_among_other_columns_are_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("stars,text,label\n" + "".join(f'{r % 5},"{review(r)}",{r % 2}\n' for r in range(ROWS)))
    understanding = understand(path)
    assert understanding.modality is Modality.TABLE
    assert {column.name: column.type for column in understanding.columns}["text"] is ColumnType.TEXT


def test_a_list_in_a_cell_gives_several_classes(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    tags: list[list[str] | None] = [["old"], ["new", "old"], [], None, ["new"]]
    path.write_text("\n".join(json.dumps({"text": review(row), "tags": tags[row % 5]}) for row in range(ROWS)))
    understanding = understand(path, target="tags")
    assert understanding.kind is Kind.MULTILABEL
    assert understanding.text() == "30 texts → give each text any of the tags: new / old; 6 have no label"
    frame = read(understanding).frame
    assert frame["label"].head(4).to_list() == [["old"], ["new", "old"], [], None]


def test_files_and_tables_are_told_apart_when_measuring(reviews: Path, tmp_path: Path) -> None:
    understanding = understand(reviews)
    task = snapshot(read(understanding).frame, understanding).task
    path = tmp_path / "t.csv"
    path.write_text("text,label\n" + "".join(f'"{review(r)}",{r % 2}\n' for r in range(ROWS)))
    with pytest.raises(ImportRefused, match="texts in files"):
        labelled(path, task)
