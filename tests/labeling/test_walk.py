"""Walking a folder from outside: what is in it, in order, and never out of it or for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.task import Modality
from labeling import walk as walking
from labeling.batch import Watch
from labeling.errors import Cancelled, ImportRefused
from labeling.media import MEDIA
from labeling.walk import MAX_DEPTH, Found, Walk, walk


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(found: Walk) -> list[str]:
    return [file.relative for file in found.files]


def told(found: Walk) -> dict[str, str]:
    return {problem.path: problem.sentence for problem in found.problems}


def test_files_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    put(tmp_path, "b/2.png", "b/1.png", "a.txt", "b/c/3.JPG", "a/z.tiff")
    found = walk(tmp_path, Watch())
    assert names(found) == ["a.txt", "a/z.tiff", "b/1.png", "b/2.png", "b/c/3.JPG"]
    assert [picture.relative for picture in found.of(MEDIA[Modality.IMAGE])] == [
        "a/z.tiff",
        "b/1.png",
        "b/2.png",
        "b/c/3.JPG",
    ]
    assert found.files[-1] == Found(tmp_path / "b" / "c" / "3.JPG", "b/c/3.JPG")
    assert found.files[-1].folders == ("b", "c")
    assert found.problems == []


def test_hidden_files_and_what_systems_leave_behind_are_skipped_silently(tmp_path: Path) -> None:
    put(tmp_path, "a.png", ".a.png", ".git/b.png", "__MACOSX/._a.png", "Thumbs.db", "sub/desktop.ini", "sub/.DS_Store")
    found = walk(tmp_path, Watch())
    assert names(found) == ["a.png"]
    assert found.problems == []


def test_loops_of_links_end(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "ping").symlink_to(tmp_path / "pong")
    (tmp_path / "pong").symlink_to(tmp_path / "ping")
    found = walk(tmp_path, Watch())
    assert names(found) == ["a/1.png"]
    assert set(told(found)) == {"a/up", "self", "ping", "pong"}
    assert "not followed" in told(found)["a/up"]


def test_a_link_to_a_file_counts_only_inside_the_folder(tmp_path: Path) -> None:
    put(tmp_path, "in/1.png", "out/2.png", "inner/3.png")
    root = tmp_path / "in"
    (root / "same.png").symlink_to(root / "1.png")
    (root / "leak.png").symlink_to(tmp_path / "out" / "2.png")
    (root / "prefix.png").symlink_to(tmp_path / "inner" / "3.png")  # “…/inner” begins like “…/in”
    (root / "gone.png").symlink_to(root / "never.png")
    found = walk(root, Watch())
    assert names(found) == ["1.png", "same.png"]
    assert {path: "out of the folder" in sentence for path, sentence in told(found).items()} == {
        "leak.png": True,
        "prefix.png": True,
        "gone.png": False,
    }


def test_a_folder_given_by_a_link_is_walked(tmp_path: Path) -> None:
    put(tmp_path, "real/1.png")
    (tmp_path / "real" / "again.png").symlink_to(tmp_path / "real" / "1.png")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert names(walk(tmp_path / "link", Watch())) == ["1.png", "again.png"]


def test_only_what_lies_too_deep_is_passed_over(tmp_path: Path) -> None:
    deepest = "/".join(["d"] * (MAX_DEPTH - 1))
    put(tmp_path, f"{deepest}/kept.png", f"{deepest}/d/lost.png", f"{deepest}/d/e/lost.png")
    found = walk(tmp_path, Watch())
    assert names(found) == [f"{deepest}/kept.png"]
    assert list(told(found)) == [f"{deepest}/d"]


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert names(walk(tmp_path, Watch())) == []


def test_a_folder_that_may_not_be_opened_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "shut/b.png")
    shut = tmp_path / "shut"
    shut.chmod(0)
    try:
        if os.access(shut, os.R_OK):
            pytest.skip("this user may open everything")
        found = walk(tmp_path, Watch())
    finally:
        shut.chmod(0o700)
    assert names(found) == ["a.png"]
    assert "could not be opened" in told(found)["shut/"]


def test_a_name_that_is_no_text_is_told_readably(tmp_path: Path) -> None:
    put(tmp_path, "good.png")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.png")).write_bytes(b"x")
    found = walk(tmp_path, Watch())
    assert names(found) == ["good.png"]
    assert list(told(found)) == ["bad?.png"]


def test_a_file_is_itself_and_nothing_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "one.csv")
    assert walk(tmp_path / "one.csv", Watch()).files == [Found(tmp_path / "one.csv", "one.csv")]
    with pytest.raises(ImportRefused, match="There is nothing at"):
        walk(tmp_path / "none", Watch())


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MAX_FILES", 3)
    put(tmp_path, "1.png", "2.png", "3.png")
    assert len(walk(tmp_path, Watch()).files) == 3
    put(tmp_path, "4.png")
    with pytest.raises(ImportRefused, match="more than 3 files"):
        walk(tmp_path, Watch())


def test_it_tells_how_far_it_is_and_stops_when_told(tmp_path: Path) -> None:
    put(tmp_path, "a/1.png", "b/2.png")
    steps: list[tuple[int, int]] = []
    walk(tmp_path, Watch(lambda done, total: steps.append((done, total))))
    assert steps == [(0, 0), (0, 0), (1, 0)]
    with pytest.raises(Cancelled):
        walk(tmp_path, Watch(cancelled=lambda: len(steps) > 0))


def test_what_is_neither_file_nor_folder_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.png")
    os.mkfifo(tmp_path / "pipe.png")
    found = walk(tmp_path, Watch())
    assert names(found) == ["a.png"]
    assert told(found) == {"pipe.png": "It is no ordinary file, so it was left out."}
