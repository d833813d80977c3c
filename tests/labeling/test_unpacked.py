from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from labeling.batch import Problem
from labeling.unpacked import KEPT, LIST, MARK, UNFINISHED, is_laid_out, keep, laid_out, left_out, release

HASH = "0123456789abcdef"


def work(folder: Path) -> Sequence[Problem]:
    (folder / "a.txt").write_text("a")
    return [Problem("b.txt", "It is a link.")]


def test_a_place_is_filled_once_and_tells_what_was_left_out(tmp_path: Path) -> None:
    place = laid_out(tmp_path / HASH, "data", work)
    assert (place / "a.txt").read_text() == "a"
    assert left_out(place) == (Problem("b.txt", "It is a link."),)
    assert laid_out(tmp_path / HASH, "data", lambda _folder: pytest.fail("it is there already")) == place


@pytest.mark.parametrize("name", [LIST, KEPT, MARK, UNFINISHED, "Unfinished"])
def test_a_place_may_be_called_like_our_own_files_beside_it(tmp_path: Path, name: str) -> None:
    place = laid_out(tmp_path / HASH, name, work)
    assert place.name == f"{name} (files)"
    assert (place / "a.txt").read_text() == "a"
    assert laid_out(tmp_path / HASH, name, lambda _folder: pytest.fail("it is there already")) == place
    keep(place)
    release(place)
    assert place.is_dir()


def test_what_nothing_refers_to_is_removed(tmp_path: Path) -> None:
    place = laid_out(tmp_path / HASH, "data", work)
    release(place)
    assert not (tmp_path / HASH).exists()
    place = laid_out(tmp_path / HASH, "data", work)
    keep(place)
    release(place)
    assert place.is_dir()


def test_work_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken(folder: Path) -> Sequence[Problem]:
        work(folder)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        laid_out(tmp_path / HASH, "data", broken)
    assert not (tmp_path / HASH).exists()


def test_folders_of_the_person_are_never_touched(tmp_path: Path) -> None:
    mine = tmp_path / HASH / "photos"
    mine.mkdir(parents=True)
    (mine.parent / LIST).write_text("my own notes")
    (mine.parent / MARK).write_text("of another folder")
    keep(mine)
    release(mine)
    assert mine.is_dir()
    assert list(mine.iterdir()) == []
    assert not is_laid_out(mine)
    assert left_out(mine) == ()
