"""What should be known of samples before their answers are believed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from engine.dataset import Dataset
from engine.task import Column, ColumnType, Kind, Modality, Task
from studio.caveats import LOOKED_AT, caveats, foreign_script, script_of

CLASSES = ("bad", "good")
IN_ROWS = Task(Modality.TEXT, Kind.MULTICLASS, CLASSES, target="kind", columns=(Column("words", ColumnType.TEXT),))
IN_FILES = Task(Modality.TEXT, Kind.MULTICLASS, CLASSES)
ENGLISH = ("a lovely warm soup", "the bread was stale", "kind people, and quick", "slow and rude")
RUSSIAN = ("Очень вкусно", "Хлеб был чёрствый", "Добрые люди")


def rows(*texts: str | None) -> Dataset:
    ids = [str(row) for row in range(len(texts))]
    return Dataset(pl.DataFrame({"id": ids, "x:words": pl.Series(list(texts), dtype=pl.String)}))


def test_most_texts_in_a_script_that_was_never_learned_from_are_told() -> None:
    assert foreign_script(rows(*RUSSIAN, ENGLISH[0]), rows(*ENGLISH), IN_ROWS) == (
        "Most of these texts are in another script (Cyrillic) than those that the model learned from: do not trust its "
        "answers to them. Train with texts like these to have them told apart."
    )


@pytest.mark.parametrize(
    ("asked", "learned"),
    [
        (ENGLISH, ENGLISH),
        (("Ein ganz anderer Satz",), ENGLISH),
        ((*RUSSIAN, *ENGLISH), ENGLISH),
        (RUSSIAN, (*ENGLISH, RUSSIAN[0])),
        (("12 :)", "", None), ENGLISH),
        (RUSSIAN, ("12 :)", "")),
        (RUSSIAN, ()),
    ],
    ids=["the same", "the same script", "few of them", "learned too", "no letters", "nothing to go by", "no texts"],
)
def test_nothing_is_said_of_other_texts(asked: tuple[str | None, ...], learned: tuple[str, ...]) -> None:
    assert foreign_script(rows(*asked), rows(*learned), IN_ROWS) is None


def test_of_very_many_texts_some_are_read_from_all_over() -> None:
    texts = [RUSSIAN[0]] * LOOKED_AT + [ENGLISH[0]] * (LOOKED_AT + 200)
    assert foreign_script(rows(*texts), rows(*ENGLISH), IN_ROWS) is None
    assert foreign_script(rows(*texts, *[RUSSIAN[1]] * 900), rows(*ENGLISH), IN_ROWS) is not None


def test_texts_in_files_are_looked_into(tmp_path: Path) -> None:
    def files(texts: tuple[str, ...], name: str) -> Dataset:
        paths = [tmp_path / f"{name}-{place}.txt" for place in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        absent = [str(path) for path in (*paths, tmp_path / "gone.txt")]
        return Dataset(pl.DataFrame({"id": absent, "reference": absent, "content": absent}))

    learned, asked = files(ENGLISH, "learned"), files(RUSSIAN, "asked")
    assert foreign_script(asked, learned, IN_FILES) is not None
    assert foreign_script(learned, learned, IN_FILES) is None


def test_rows_of_a_table_have_no_script() -> None:
    task = Task(Modality.TABLE, Kind.MULTICLASS, CLASSES, target="kind", columns=IN_ROWS.columns)
    assert caveats(rows(*RUSSIAN), task, rows(*ENGLISH)) == []


def test_long_and_foreign_texts_are_told_of_each() -> None:
    said = caveats(rows("я" * 1_000_001, RUSSIAN[0]), IN_ROWS, rows(*ENGLISH))
    assert [sentence.partition(" ")[0] for sentence in said] == ["1", "Most"]
    assert caveats(rows(*RUSSIAN), IN_ROWS) == []


@pytest.mark.parametrize(
    ("text", "script"), [("味道很好", "Chinese"), ("まったく", "Japanese"), ("맛있고", "Korean"), ("καλό", "Greek")]
)
def test_scripts_are_called_as_people_call_them(text: str, script: str) -> None:
    assert script_of(text) == script
