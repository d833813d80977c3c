"""What is heard or read in part is told with its count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from engine.modalities import cut_short as module
from engine.modalities.audio.decode import decode
from engine.modalities.cut_short import cut_short
from engine.modalities.text.decode import MAX_BYTES
from engine.task import Column, ColumnType, Kind, Modality, Task


def task(modality: Modality, *columns: Column) -> Task:
    return Task(modality, Kind.MULTICLASS, ("a", "b"), columns=columns)


def files(*paths: Path) -> pl.LazyFrame:
    return pl.LazyFrame({"reference": [str(path) for path in paths]})


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two that are heard in part, two that are heard whole, and one that cannot be heard."""
    folder = tmp_path_factory.mktemp("sounds")
    paths = [folder / f"{seconds}.flac" for seconds in (201, 1900, 200, 1)]
    for path in paths:
        soundfile.write(path, np.zeros(1000 * int(path.stem)), 1000)
    (folder / "broken.wav").write_bytes(b"no sound")
    return [*paths, folder / "broken.wav"]


def test_sounds_of_which_excerpts_are_heard_are_counted(sounds: list[Path]) -> None:
    assert cut_short(files(*sounds), task(Modality.AUDIO)) == (
        "2 of 5 sounds are longer than 200 s: 10 stretches of 20 s of each are heard, spread over its first 30 "
        "minutes. Cut long recordings into pieces to have all of them heard."
    )
    (sentence,) = {cut_short(files(*sounds[1:]), task(Modality.AUDIO))}
    assert sentence is not None
    assert sentence.startswith("1 of 4 sounds is longer than 200 s: 10 stretches of 20 s of it are heard")
    assert len(decode(sounds[0])) == len(decode(sounds[1])) == 10 * 20 * 16_000


def test_nothing_is_said_of_samples_that_are_taken_in_whole(sounds: list[Path], tmp_path: Path) -> None:
    assert cut_short(files(*sounds[2:]), task(Modality.AUDIO)) is None
    (tmp_path / "a.txt").write_text("short")
    assert cut_short(files(tmp_path / "a.txt", tmp_path / "absent.txt"), task(Modality.TEXT)) is None
    column = Column("words", ColumnType.TEXT)
    assert cut_short(pl.LazyFrame({"x:words": ["a", None]}), task(Modality.TEXT, column)) is None
    assert cut_short(files(sounds[0]), task(Modality.IMAGE)) is None


def test_of_very_many_files_some_are_looked_at_and_the_sentence_says_how_many(
    sounds: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", 3)
    sentence = cut_short(files(*[sounds[0]] * 1200), task(Modality.AUDIO))
    assert sentence is not None
    assert sentence.startswith("3 of 3 sounds looked at, of 1,200 in all, are longer than 200 s")


def test_files_that_lie_far_away_are_not_waited_for(sounds: list[Path]) -> None:
    sentence = cut_short(files(*[sounds[0]] * 40), task(Modality.AUDIO), patience_s=0.0)
    assert sentence is not None
    assert sentence.startswith("1 of 1 sound looked at, of 40 in all, is longer")


def test_texts_are_counted_in_files_and_in_columns(tmp_path: Path) -> None:
    for name, length in (("short", 10), ("long", MAX_BYTES + 1)):
        (tmp_path / name).write_bytes(b"a" * length)
    said = (
        "1 of 2 texts is longer than 1 MB: of it what comes after that is not read. Cut long texts into pieces to have "
        "all of them read."
    )
    assert cut_short(files(tmp_path / "short", tmp_path / "long"), task(Modality.TEXT)) == said
    columns = [Column(name, ColumnType.TEXT) for name in ("title", "body", "absent")]
    table = pl.LazyFrame({"x:title": ["é" * MAX_BYTES, "b"], "x:body": [None, "a" * (MAX_BYTES + 1)]})
    assert cut_short(table, task(Modality.TEXT, *columns)) == said
