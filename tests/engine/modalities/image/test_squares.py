from __future__ import annotations

import threading
import time
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
from torch import Tensor

from engine import memory
from engine.arrays import ByteArray
from engine.modalities.image import squares
from engine.modalities.image.resize import resize
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.squares import Squares
from tests.engine.modalities.image.pictures import samples

SIDE = 20


@pytest.fixture
def pictures(tmp_path: Path) -> ImageSamples:
    found = samples(tmp_path, [row % 3 for row in range(40)])
    (tmp_path / "7.png").write_bytes(b"no picture")
    return found


def looked(pictures: ImageSamples) -> Squares:
    found = Squares(pictures, SIDE, threads=2)
    while not found.look():
        pass
    return found


def test_squares_are_the_pictures_squashed_and_grey_where_they_cannot_be_read(pictures: ImageSamples) -> None:
    found = looked(pictures)
    one, broken = found.of(np.array([3, 7]))
    np.testing.assert_allclose(one, resize(pictures.picture(3), SIDE), atol=0.51)
    assert (broken == 127).all()
    np.testing.assert_array_equal(np.flatnonzero(~found.readable), [7])


def test_pictures_that_take_long_to_read_are_read_few_at_a_time_and_none_is_left_out(
    pictures: ImageSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = looked(pictures)
    now, plain = count(), pictures.picture_or_none

    def slow(row: int, least: int = 0) -> ByteArray | None:
        next(now)
        return plain(row, least)

    monkeypatch.setattr(pictures, "picture_or_none", slow)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(now)))
    found = Squares(pictures, SIDE, threads=2)
    assert not found.look()
    assert 1 <= found.readable.sum() <= 5  # one, and two that each thread had before it
    while not found.look():
        pass
    np.testing.assert_array_equal(found.readable, at_once.readable)
    np.testing.assert_array_equal(found._kept, at_once._kept)


def test_what_does_not_fit_into_memory_is_read_again_expected_or_not(
    pictures: ImageSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.array([30, 2, 7, 12, 30])
    kept = looked(pictures).of(rows)
    monkeypatch.setattr(squares, "MOST_BYTES", 5 * 3 * SIDE**2)
    few = looked(pictures)
    np.testing.assert_array_equal(few.of(rows), kept)
    few.expect(rows)
    np.testing.assert_array_equal(few.of(rows), kept)
    few.expect(np.array([1, 20]))
    np.testing.assert_array_equal(few.of(rows), kept)


def test_what_is_expected_is_read_before_it_is_asked_for(
    pictures: ImageSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(squares, "MOST_BYTES", 0)
    found = looked(pictures)
    read: list[int] = []
    plain = pictures.picture_or_none

    def counted(row: int, least: int = 0) -> ByteArray | None:
        read.append(row)
        return plain(row, least)

    monkeypatch.setattr(pictures, "picture_or_none", counted)
    found.expect(np.array([4, 9]))
    found.of(np.array([4, 9]))
    assert sorted(read) == [4, 9]


@pytest.mark.parametrize(("free", "kept"), [(16e9, 6000), (4e9, 5102), (0.0, 0)])
def test_as_many_are_kept_as_a_part_of_what_is_free_holds(
    pictures: ImageSamples, monkeypatch: pytest.MonkeyPatch, free: float, kept: int
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    many = ImageSamples.from_paths([pictures.references[0]] * 6000)
    assert len(Squares(many, 280, threads=1)._kept) == kept


@pytest.mark.parametrize(("free", "kept"), [(20e6, (4, 17)), (10e6, (4, 8)), (4e6, (4, 4)), (2e6, (2, 2))])
def test_more_are_kept_for_a_card_where_much_is_free(
    pictures: ImageSamples, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: float, kept: tuple[int, int]
) -> None:
    monkeypatch.setattr(squares, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr(memory, "_CGROUP", tmp_path / "none")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    assert tuple(len(Squares(pictures, 280, 1, card)._kept) for card in (False, True)) == kept


def test_fewer_are_kept_after_each_lack_of_memory(pictures: ImageSamples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=4e9))
    many = ImageSamples.from_paths([pictures.references[0]] * 6000)
    kept = [len(Squares(many, 280, threads=1, frugality=frugality)._kept) for frugality in range(4)]
    assert kept == [5102, 1275, 318, 79]


def test_a_batch_is_put_together_before_it_is_asked_for(
    pictures: ImageSamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, rows = looked(pictures), np.array([4, 9])
    plain, gathering = found._gathered, threading.Event()

    def heard(*given: Any) -> Tensor:
        gathering.set()
        return plain(*given)

    monkeypatch.setattr(found, "_gathered", heard)
    found.expect(rows)
    assert gathering.wait(60.0)  # though nobody has asked for it yet
    np.testing.assert_array_equal(found.of(rows), found.of(rows.copy()))


def test_who_rests_keeps_nothing_and_can_still_be_asked(pictures: ImageSamples) -> None:
    found, rows = looked(pictures), np.array([3, 30])
    before = found.of(rows)
    found.rest()
    assert found._kept.nbytes == 0
    np.testing.assert_array_equal(found.of(rows), before)
