from __future__ import annotations

from pathlib import Path

import pytest

from engine.task import Modality
from labeling.formats.media_folders import MediaFolders
from labeling.media import MEDIA
from labeling.source import Source


def texts(root: Path, *places: str) -> Source:
    for place in places:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"what {place} says", encoding="utf-8")
    return Source(root)


def read(source: Source) -> set[tuple[str | None, str | None]]:
    folders = MediaFolders(MEDIA[Modality.TEXT])
    assert folders.recognises(source)
    return {(entry.label, entry.split) for entry in folders.listing(source, None).entries}


def test_the_folder_is_the_label(tmp_path: Path) -> None:
    assert read(texts(tmp_path, "good/1.txt", "bad/2.txt")) == {("good", None), ("bad", None)}


def test_folders_that_only_wrap_are_looked_through(tmp_path: Path) -> None:
    assert read(texts(tmp_path, "all/mine/good/1.txt", "all/mine/bad/2.txt")) == {("good", None), ("bad", None)}


@pytest.mark.parametrize(("other", "split"), [("test", "test"), ("validation", "test")])
def test_a_part_that_is_set_apart_stays_apart(tmp_path: Path, other: str, split: str) -> None:
    source = texts(tmp_path, "train/good/1.txt", "train/bad/2.txt", f"{other}/good/3.txt")
    assert read(source) == {("good", "train"), ("bad", "train"), ("good", split)}


def test_a_flat_folder_is_another_format(tmp_path: Path) -> None:
    assert not MediaFolders(MEDIA[Modality.TEXT]).recognises(texts(tmp_path, "1.txt", "2.txt"))
