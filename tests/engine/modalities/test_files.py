from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataError
from engine.modalities.files import FileSamples, asked, unless_broken
from engine.patience import OutOfPatience, Patience
from tests.engine.clocks import Clock


def length(path: str) -> int:
    try:
        return len(Path(path).read_bytes())
    except OSError as error:
        raise DataError(f"{path} is gone") from error


def test_files_are_decoded_when_wanted(tmp_path: Path) -> None:
    files: FileSamples[int] = FileSamples.from_paths([tmp_path / "a", tmp_path / "b"])
    (tmp_path / "a").write_bytes(b"12")
    assert files.opened(0, length) == 2
    assert unless_broken(lambda: files.opened(1, length)) is None
    with pytest.raises(DataError, match="is gone"):
        files.opened(1, length)


def test_what_is_decoded_already_is_taken_as_it_is() -> None:
    files = FileSamples.from_decoded([7, 8])
    assert files.opened(1, length) == 8
    assert files.take(np.array([1, 1, 0])).opened(2, length) == 7


def test_taking_keeps_order_content_cache_and_what_is_known(tmp_path: Path) -> None:
    files: FileSamples[int] = FileSamples(["a", "b", "c"], ["1", None, "3"], tmp_path)
    files.known["kind"] = np.arange(6, dtype=np.float32).reshape(3, 2)
    taken = files.take(np.array([2, 0]))
    assert (taken.references, taken.content, taken.cache) == (("c", "a"), ("3", "1"), tmp_path)
    assert taken.known["kind"].tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert len(taken) == 2


def test_problems_are_told_by_place(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12")
    decoded, problems = asked([tmp_path / "gone", str(tmp_path / "a")], length)
    assert decoded == [2]
    assert list(problems) == [0]


def test_who_is_in_a_hurry_reads_no_further_file_once_the_time_is_over() -> None:
    files: FileSamples[int] = FileSamples.from_paths(["a", "b", "c", "d"])
    some = files.take(np.arange(4))
    some.hurry(Patience(2.0, Clock(1.0)))
    assert [some.opened(row, len) for row in range(3)] == [1, 1, 1]  # the last begins when the time is just not over
    with pytest.raises(OutOfPatience):
        unless_broken(lambda: some.opened(3, len))
    assert files.opened(3, len) == 1  # nobody else is
