from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.features.cache import FeatureCache, open_cache

KEYS = [f"{number:032x}" for number in range(8)]
VALUES = np.arange(24, dtype=np.float32).reshape(8, 3)


def filled(folder: Path) -> FeatureCache:
    cache = FeatureCache(folder, "kind", 3)
    cache.add(KEYS[:4], VALUES[:4])
    return cache


def only_file(folder: Path) -> Path:
    (path,) = (folder / "kind").iterdir()
    return path


def test_what_was_added_is_found_by_another_reader(tmp_path: Path) -> None:
    filled(tmp_path)
    features, found = FeatureCache(tmp_path, "kind", 3).get([KEYS[2], KEYS[7], KEYS[0], None, "not a hash"])
    assert found.tolist() == [True, False, True, False, False]
    np.testing.assert_array_equal(features[[0, 2]], VALUES[[2, 0]])
    assert np.isnan(features[1]).all()


def test_a_run_that_was_moved_does_not_come_into_being_anew(tmp_path: Path) -> None:
    filled(tmp_path / "run" / "cache")
    assert not (tmp_path / "run").exists()


def test_kinds_do_not_mix(tmp_path: Path) -> None:
    filled(tmp_path)
    assert not FeatureCache(tmp_path, "other", 3).get(KEYS)[1].any()


def test_pictures_without_a_hash_are_not_kept(tmp_path: Path) -> None:
    FeatureCache(tmp_path, "kind", 3).add([None, None], VALUES[:2])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("lost", [1, 5, 17, 31])
def test_a_torn_tail_is_ignored(tmp_path: Path, lost: int) -> None:
    filled(tmp_path)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-lost])
    assert FeatureCache(tmp_path, "kind", 3).get(KEYS[:4])[1].tolist() == [True, True, True, False]


def test_a_writer_goes_on_behind_its_own_torn_record(tmp_path: Path) -> None:
    cache = filled(tmp_path)
    with only_file(tmp_path).open("ab") as file:
        file.write(b"torn")
    cache.add(KEYS[4:], VALUES[4:])
    features, found = FeatureCache(tmp_path, "kind", 3).get(KEYS)
    assert found.all()
    np.testing.assert_array_equal(features, VALUES)


def test_a_damaged_record_is_not_believed(tmp_path: Path) -> None:
    filled(tmp_path)
    path = only_file(tmp_path)
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    assert FeatureCache(tmp_path, "kind", 3).get(KEYS[:4])[1].tolist() == [False, True, True, True]


def test_readers_see_what_others_write_later(tmp_path: Path) -> None:
    reader = FeatureCache(tmp_path, "kind", 3)
    assert not reader.get(KEYS)[1].any()
    filled(tmp_path)
    other = FeatureCache(tmp_path, "kind", 3)
    other.add(KEYS[4:], VALUES[4:])
    np.testing.assert_array_equal(reader.get(KEYS)[0], VALUES)


def test_a_drive_that_maps_no_files_is_as_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    monkeypatch.setattr("mmap.mmap", refuse)
    filled(tmp_path)
    with only_file(tmp_path).open("ab") as file:
        file.write(b"torn")
    features, found = FeatureCache(tmp_path, "kind", 3).get([KEYS[2], KEYS[7], KEYS[0]])
    assert found.tolist() == [True, False, True]
    np.testing.assert_array_equal(features[[0, 2]], VALUES[[2, 0]])


def test_a_process_keeps_one_file_a_kind(tmp_path: Path) -> None:
    for row in range(3):
        open_cache(tmp_path, "kind", 3).add([KEYS[row]], VALUES[row : row + 1])
    assert only_file(tmp_path).stat().st_size == 3 * (16 + 12 + 4)


def test_a_killed_writer_loses_at_most_its_last_block(tmp_path: Path) -> None:
    code = f"""
import sys, numpy as np
from pathlib import Path
from engine.features.cache import FeatureCache
cache = FeatureCache(Path({str(tmp_path)!r}), "kind", 1280)
for number in range(100000):
    cache.add([f"{{number:032x}}"], np.full((1, 1280), number, dtype=np.float32))
    print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 50:
                writer.kill()
                break
    features, found = FeatureCache(tmp_path, "kind", 1280).get([f"{number:032x}" for number in range(51)])
    assert found.all()
    np.testing.assert_array_equal(features[:, 0], np.arange(51))


def test_a_folder_that_cannot_be_written_costs_only_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        FeatureCache(tmp_path / "file", "kind", 3).add(KEYS, VALUES)
    assert "could not be kept" in caplog.text
