"""Files get their names together or not at all, and nothing is left of a process that was ended by force."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporters.placing import place, remove_stale, staged_name


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("before", [{"a": "old"}, {}])
def test_what_stood_there_comes_back_where_the_second_cannot_be_placed(tmp_path: Path, before: dict[str, str]) -> None:
    (tmp_path / "b").mkdir()
    for name, words in before.items():
        (tmp_path / name).write_text(words)
    staged = {tmp_path / name: staged_name(tmp_path / name) for name in ("a", "b")}
    for temporary in staged.values():
        temporary.write_text("new")
    with pytest.raises(OSError, match="b'"):
        place(staged)
    for temporary in staged.values():
        temporary.unlink(missing_ok=True)
    assert contents(tmp_path) == before


def test_all_are_placed_and_nothing_stays_beside_them(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    staged = {tmp_path / name: staged_name(tmp_path / name) for name in ("a", "b")}
    for temporary in staged.values():
        temporary.write_text("new")
    place(staged)
    assert contents(tmp_path) == {"a": "new", "b": "new"}


def test_only_what_an_ended_process_left_is_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in (".m.onnx.7.tmp", ".m.onnx.8.tmp", "m.onnx"):
        (out / name).write_text("new")
    (out / ".m.onnx.7.old").write_text("old")
    for name in (".out-7-abc", ".out-8-abc", "out-7-abc"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.onnx").touch()
    remove_stale(out, 7)
    assert contents(out) == {".m.onnx.8.tmp": "new", "m.onnx": "old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out-8-abc", "out", "out-7-abc"]
    remove_stale(tmp_path / "absent" / "out", 7)
