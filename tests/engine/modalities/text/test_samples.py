from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.dataset import Dataset
from engine.modalities.text.decode import read_text
from engine.modalities.text.samples import TextSamples, ask_samples, open_samples
from engine.separated import MISSING
from engine.task import Column, ColumnType, Kind, Modality, Task

FILES = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b"))
ROWS = Task(
    Modality.TEXT,
    Kind.MULTICLASS,
    ("a", "b"),
    columns=(Column("title", ColumnType.TEXT), Column("body", ColumnType.TEXT)),
)


def test_columns_are_read_in_the_order_of_the_task() -> None:
    samples = TextSamples.from_rows([{"body": "b", "title": "t", "more": 1}, {"title": None}], ROWS)
    assert samples.texts() == [("t", "b"), ("", "")]


def test_taken_texts_keep_their_order_and_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("from a file", encoding="utf-8")
    samples = TextSamples([("x",), tmp_path / "a.txt", tmp_path / "gone.txt"])
    taken = samples.take(np.array([2, 1]))
    assert taken.texts() == [("",), ("from a file",)]
    assert taken.content == [samples.content[2], samples.content[1]]


def test_equal_texts_have_equal_content_and_others_do_not() -> None:
    first, second, third = TextSamples([("ab", "c"), ("ab", "c"), ("a", "bc")]).content
    assert first == second != third


def test_paths_rows_and_typed_texts_are_all_answered(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello", encoding="utf-8")
    samples, problems = ask_samples([str(path), {"text": "typed"}, str(tmp_path / "gone"), 7], FILES)
    assert samples.texts() == [("hello",), ("typed",)]
    assert set(problems) == {2, 3}
    samples, problems = ask_samples([{"body": "b"}, {"text": "typed"}], ROWS)
    assert samples.texts() == [("", "b"), ("typed", "")]
    assert not problems


@pytest.mark.parametrize("word", [*(f" {word} " for word in MISSING), None, float("nan")])
def test_a_word_for_missing_is_no_text_in_a_column_as_in_a_table(word: str | float | None) -> None:
    row = {"title": word, "body": "null and void"}
    for samples in (TextSamples.from_rows([row], ROWS), ask_samples([row], ROWS)[0]):
        assert samples.texts() == [("", "null and void")]


@pytest.mark.parametrize("word", MISSING)
def test_a_text_that_stands_in_no_column_is_what_it_says(word: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{word}\n", encoding="utf-8")
    typed = {"text": word}
    samples, problems = ask_samples([typed, str(tmp_path / "a.txt")], FILES)
    assert not problems
    assert [text.strip() for (text,) in samples.texts()] == [word, word]
    assert TextSamples.from_rows([typed], FILES).texts() == [(word,)]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each file is read."""
    times = Counter[str]()

    def counted(path: Path) -> str:
        times[path.name] += 1
        return read_text(path)

    monkeypatch.setattr("engine.modalities.text.samples.read_text", counted)
    return times


def test_no_more_files_are_kept_than_there_is_room_for_whatever_letters_they_hold(
    tmp_path: Path, read: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, letter in (("plain.txt", "a"), ("wide.txt", "😀")):
        (tmp_path / name).write_text(letter * 1000, encoding="utf-8")
    monkeypatch.setattr("engine.modalities.text.samples._REMEMBERED_BYTES", 4000)
    samples = TextSamples([tmp_path / "plain.txt", tmp_path / "wide.txt"])
    for _ in range(3):
        assert samples.texts() == [("a" * 1000,), ("😀" * 1000,)]
    assert read == {"plain.txt": 1, "wide.txt": 3}


def test_what_is_to_be_forgotten_is_read_anew_by_all_who_share_it(tmp_path: Path, read: Counter[str]) -> None:
    (tmp_path / "a.txt").write_text("from a file", encoding="utf-8")
    samples = TextSamples([tmp_path / "a.txt", ("typed",)])
    samples.take(np.array([1, 0])).texts()
    samples.take(np.array([0])).forget()
    for _ in range(2):
        assert samples.texts() == [("from a file",), ("typed",)]
    assert read == {"a.txt": 3}


def test_no_file_of_a_dataset_is_read_for_a_hash_that_is_known(tmp_path: Path, read: Counter[str]) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt")]
    hashes = ["0" * 32, None, "2" * 32]
    samples = open_samples(Dataset(pl.DataFrame({"id": files, "reference": files, "content": hashes})), FILES, tmp_path)
    taken = samples.take(np.array([2, 0]))
    assert list(taken.content) == ["2" * 32, "0" * 32]
    assert not read
    assert list(samples.content) == ["0" * 32, TextSamples([("b.txt",)]).content[0], "2" * 32]
    assert read == {"b.txt": 1}


def test_a_file_without_text_has_the_hash_of_the_empty_text_from_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("from a file", encoding="utf-8")
    samples = TextSamples([tmp_path / "gone.txt", tmp_path / "a.txt"], content=["0" * 32, "1" * 32])
    before = samples.take(np.array([0, 1]))
    samples.texts()
    assert list(samples.content) == [TextSamples([("",)]).content[0], "1" * 32]
    assert list(before.content) == ["0" * 32, "1" * 32]
