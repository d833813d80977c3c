from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeling import thumbnails
from labeling.errors import MediaRefused
from labeling.thumbnails import CACHE_NAME, Thumbnails, thumbnail

MakePicture = Callable[..., Path]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Thumbnails]:
    kept = Thumbnails(tmp_path)
    yield kept
    kept.close()


def shown(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_thumbnail_keeps_its_shape_and_stands_upright(tmp_path: Path, make_picture: MakePicture) -> None:
    turned = Image.Exif()
    turned[274] = 6
    assert shown(thumbnail(make_picture(tmp_path / "a.jpg"), 32)).size == (32, 24)
    assert shown(thumbnail(make_picture(tmp_path / "b.jpg", exif=turned), 32)).size == (24, 32)


def test_what_is_transparent_is_shown_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert np.asarray(shown(thumbnail(tmp_path / "clear.png", 10))).min() >= 250


def test_sixteen_bits_are_scaled_and_not_cut(tmp_path: Path) -> None:
    Image.fromarray(np.full((20, 20), 128 * 257, dtype=np.uint16)).save(tmp_path / "grey.png")
    assert abs(int(np.asarray(shown(thumbnail(tmp_path / "grey.png", 10))).mean()) - 128) <= 2


def test_a_picture_of_twelve_bits_is_as_bright_as_its_camera_saw_it(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 4095, 20).astype(np.uint16), (20, 1))
    Image.fromarray(ramp).save(tmp_path / "grey.png")
    seen = np.asarray(shown(thumbnail(tmp_path / "grey.png", 20)))
    assert seen[:, :2].mean() < 30
    assert seen[:, -2:].mean() > 225


@pytest.mark.parametrize("data", [b"", b"text", b"\xff\xd8\xff\xe0 cut off"])
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.jpg").write_bytes(data)
    with pytest.raises(MediaRefused):
        thumbnail(tmp_path / "bad.jpg", 32)


def test_a_kept_thumbnail_needs_no_file(tmp_path: Path, make_picture: MakePicture, cache: Thumbnails) -> None:
    path = make_picture(tmp_path / "a.jpg")
    first = cache.get(path, "content", 32)
    path.unlink()
    assert cache.get(path, "content", 32) == first
    with pytest.raises(MediaRefused, match="could not be read"):
        cache.get(path, "content", 64)


def test_many_threads_share_the_cache(tmp_path: Path, make_picture: MakePicture, cache: Thumbnails) -> None:
    paths = [make_picture(tmp_path / f"{number}.jpg", seed=number) for number in range(20)]
    failures: list[BaseException] = []

    def look() -> None:
        try:
            for path in paths:
                assert shown(cache.get(path, path.name, 32)).size == (32, 24)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_damaged_cache_is_made_anew(tmp_path: Path, make_picture: MakePicture) -> None:
    (tmp_path / CACHE_NAME).write_bytes(b"this is no database at all" * 100)
    kept = Thumbnails(tmp_path)
    assert kept.get(make_picture(tmp_path / "a.jpg"), "content", 16)
    kept.close()


def test_the_oldest_are_dropped_when_the_cache_is_full(
    tmp_path: Path, make_picture: MakePicture, cache: Thumbnails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "MAX_KEPT", 4)
    monkeypatch.setattr(thumbnails, "DROPPED_AT_ONCE", 2)
    path = make_picture(tmp_path / "a.jpg")
    for number in range(5):
        cache.get(path, str(number), 16)
    path.unlink()
    with pytest.raises(MediaRefused):
        cache.get(path, "0", 16)
    assert cache.get(path, "4", 16)
