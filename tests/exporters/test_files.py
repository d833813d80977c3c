"""Safe names, and files that appear together or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.errors import ExportError, NotWritable
from exporters.files import new_folder, safe_name, write_together


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("trashnet", "trashnet"),
        ("My bolts & nuts / v2", "My-bolts-nuts-v2"),
        ("../../etc/passwd", "etc-passwd"),
        ("Schrauben_ä😀", "Schrauben_ä"),
        ("CON", "model"),
        ("com1", "model"),
        ("😀\n\0", "model"),
        ("", "model"),
        ("a" * 300, "a" * 60),
    ],
)
def test_a_name_becomes_a_file_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_any_name_becomes_one_short_plain_part_of_a_path(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe.encode()) <= 60
    assert Path(safe).name == safe
    assert safe_name(safe) == safe


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write_together({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    write_together({tmp_path / "a": b"3"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"notes.txt": "mine", "a": "3", "b": "2"}


def test_folders_are_made_where_needed(tmp_path: Path) -> None:
    write_together({tmp_path / "new" / "er" / "a": b"1"})
    assert (tmp_path / "new" / "er" / "a").read_bytes() == b"1"


def test_a_folder_that_is_a_file_is_met_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(NotWritable, match="there is a file where a folder is needed"):
        write_together({tmp_path / "taken" / "a": b"1"})
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_disk_that_fills_up_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    calls: list[int] = []

    def full_at_the_second(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_at_the_second)
    with pytest.raises(NotWritable, match="No space left on device"):
        write_together({tmp_path / "a": b"new", tmp_path / "b": b"new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_device_without_room_is_met_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / f".a.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(NotWritable, match="No space left on device"):
        write_together({tmp_path / "a": b"new"})
    assert list(tmp_path.iterdir()) == []


def test_folders_made_for_what_had_no_room_are_gone_and_those_of_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "mine").mkdir()
    for place in (tmp_path / "new" / "er" / "a", tmp_path / "mine" / "a"):
        with pytest.raises(NotWritable):
            write_together({place: b"1"})
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]


def test_a_full_disk_is_told_of_the_folder_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritable) as told, new_folder(tmp_path / "out") as outer, new_folder(outer / "in") as inner:
        write_together({inner / "deep" / "a": b"1"})
    assert str(told.value).startswith(f"The export cannot be written to {tmp_path / 'out'} (No space left on device).")
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_takes_its_place_whole(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with new_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("1")
        (folder.parent / "scratch").write_text("goes away")
        assert list((tmp_path / "out").iterdir()) == []
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["out", "out/a"]


def test_of_a_new_folder_nothing_is_left_where_something_failed(tmp_path: Path) -> None:
    with pytest.raises(NotWritable, match="No space left on device"), new_folder(tmp_path / "new" / "out") as folder:
        (folder / "a").write_text("1")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_of_a_cancel_nothing_is_left_not_even_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cancelled(handle: int) -> None:
        raise SystemExit(143)

    monkeypatch.setattr(os, "fsync", cancelled)
    with pytest.raises(SystemExit):
        write_together({tmp_path / "new" / "er" / "a": b"1"})
    with pytest.raises(SystemExit), new_folder(tmp_path / "new" / "er" / "out") as folder:
        write_together({folder / "a": b"1"})
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_for_an_export_is_named_and_no_room_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ExportError) as told, new_folder(tmp_path / "out"):
        (tmp_path / "data.parquet").read_bytes()
    assert not isinstance(told.value, NotWritable)
    assert str(tmp_path / "data.parquet") in str(told.value) and "Make room" not in str(told.value)
    with pytest.raises(NotWritable, match="cannot be written to"), new_folder(tmp_path / "out") as folder:
        (folder / "absent" / "a").write_bytes(b"1")
    assert list(tmp_path.iterdir()) == []


def test_what_came_to_the_place_meanwhile_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(NotWritable, match="is there already"), new_folder(out) as folder:
        (folder / "a").write_text("1")
        out.mkdir()
        (out / "theirs").write_text("kept")
    assert [path.name for path in out.iterdir()] == ["theirs"]
    assert list(tmp_path.iterdir()) == [out]
