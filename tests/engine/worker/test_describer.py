from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import polars as pl
import psutil
import pytest
import xxhash
from PIL import Image
from typing_extensions import override

from engine.arrays import Float32Array
from engine.dataset import Dataset
from engine.features.cache import FeatureCache
from engine.task import Column, ColumnType, Modality
from engine.worker.describer import AT_ONCE, Turn
from engine.worker.describer_handle import NO_ANSWER, DescriberHandle, Request, Told
from tests.engine.worker.crashing import torn_child

SIZE = Column("size", ColumnType.NUMBER)


class Heard:
    """What a describer told."""

    def __init__(self) -> None:
        self.features: dict[int, Float32Array] = {}
        self.looks: list[int] = []
        self.ended: list[str] = []
        self.some = threading.Event()

    def take(self, told: Told) -> None:
        self.looks += [told.look] * len(told.rows)
        self.features |= dict(zip(told.rows.tolist(), told.features, strict=True))
        self.some.set()

    def end(self, said: str) -> None:
        self.ended.append(said)


class Busy(Heard):
    """Hears no more than the first until it is ``free``: more than a pipe holds is never told before."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    @override
    def take(self, told: Told) -> None:
        super().take(told)
        self.free.wait(90)


def photos(folder: Path, count: int, broken: int = -1) -> Dataset:
    random = np.random.default_rng(0)
    paths = [folder / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        Image.fromarray(random.integers(0, 255, (20, 30, 3), dtype=np.uint8)).save(path)
        if number == broken:
            path.write_bytes(b"no picture")
    content = [xxhash.xxh3_128_hexdigest(path.read_bytes()) for path in paths]
    names = [path.name for path in paths]
    return Dataset(pl.DataFrame({"id": names, "reference": [str(path) for path in paths], "content": content}))


def test_rows_asked_for_come_first_and_every_row_once() -> None:
    turn = Turn(20)
    first = turn.take(4).tolist()
    turn.wish([3, 3, 99, 11])
    turn.wish([7])
    taken = [*first, *turn.take(3), *turn.take(50)]
    assert sorted(taken) == list(range(20))
    wished = [row for row in (7, 3, 11) if row not in first]
    assert taken[4 : 4 + len(wished)] == wished
    assert not len(turn.take(1))


def test_photos_are_described_and_training_finds_what_the_network_saw(tmp_path: Path) -> None:
    heard, dataset = Heard(), photos(tmp_path, 5, broken=2)
    handle = DescriberHandle(Request.write(dataset, Modality.IMAGE, (), tmp_path / "cache"), heard.take, heard.end)
    assert handle.wait(90)
    handle.close()
    assert heard.ended == [""]
    assert sorted(heard.features) == [0, 1, 2, 3, 4]
    assert [row for row in range(5) if not np.isfinite(heard.features[row]).all()] == [2]
    assert heard.looks == [0] * 5 + [1] * 5  # all of them soon, then all of them better
    kept = [folder for folder in (tmp_path / "cache").iterdir() if folder.name.startswith("efficientnet_lite0")]
    assert len(kept) == 2
    for folder in kept:
        _, found = FeatureCache(folder.parent, folder.name, 1280).get(dataset.content)
        assert found.tolist() == [True, True, False, True, True]


def test_rows_of_a_table_are_described_by_numbers_of_one_size(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["0", "1", "2", "3"], "x:size": [1e6, 2e6, None, 3e6], "x:hue": ["a", "b", "a", "b"]})
    columns = (SIZE, Column("hue", ColumnType.CATEGORY))
    heard = Heard()
    handle = DescriberHandle(Request.write(Dataset(frame), Modality.TABLE, columns, tmp_path), heard.take, heard.end)
    assert handle.wait(60)
    handle.close()
    told = np.stack([heard.features[row] for row in range(4)])
    assert np.abs(told).max() < 3.0
    np.testing.assert_array_equal(told[0, -2:] == told[2, -2:], [True, True])
    assert not np.array_equal(told[0, -2:], told[1, -2:])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_process_that_is_killed_is_told_of_and_nothing_it_computed_is_lost(tmp_path: Path) -> None:
    heard, dataset = Heard(), photos(tmp_path, 400)
    handle = DescriberHandle(Request.write(dataset, Modality.IMAGE, (), tmp_path / "cache"), heard.take, heard.end)
    assert heard.some.wait(90)
    os.kill(handle._process.pid, signal.SIGKILL)
    assert handle.wait(20)
    handle.close()
    told = dict(heard.features)
    assert heard.ended == [NO_ANSWER]
    assert 0 < len(told) < 400
    (kept,) = (folder for folder in (tmp_path / "cache").iterdir() if "-128-" in folder.name)
    _, found = FeatureCache(kept.parent, kept.name, 1280).get(dataset.content)
    assert found[sorted(told)].all()


def test_it_ends_with_whoever_listens_and_tells_nothing_more_once_closed(tmp_path: Path) -> None:
    heard, rows = Busy(), 20 * AT_ONCE[Modality.TABLE]
    frame = pl.DataFrame({"id": [str(row) for row in range(rows)], "x:size": np.arange(rows, dtype=np.float64)})
    handle = DescriberHandle(Request.write(Dataset(frame), Modality.TABLE, (SIZE,), tmp_path), heard.take, heard.end)
    process = psutil.Process(handle._process.pid)
    assert heard.some.wait(90)
    stream = handle._process.stdin
    assert stream is not None
    stream.close()
    until = time.monotonic() + 10
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
        time.sleep(0.02)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    handle.close()
    heard.free.set()
    assert handle.wait(20)
    assert len(heard.features) == AT_ONCE[Modality.TABLE]
    assert heard.ended == []


def test_a_process_that_ends_in_the_middle_of_a_line_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", torn_child(tmp_path, '{"samples": 20, "len'))
    heard = Heard()
    handle = DescriberHandle(Request(tmp_path, Modality.TABLE, (), tmp_path), heard.take, heard.end)
    assert handle.wait(60)
    handle.close()
    assert heard.ended == [NO_ANSWER]
