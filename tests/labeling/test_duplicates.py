from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.task import Modality
from labeling import duplicates
from labeling.duplicates import NEAR_BITS, buckets, changes, groups, join, near_pairs, picture_groups
from labeling.importing import read, understand
from labeling.media import MEDIA


def looks(path: Path, pictures: list[Image.Image], **options: object) -> pl.DataFrame:
    seen = []
    for number, picture in enumerate(pictures):
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=95 - 15 * (number % 3))
        file = path / f"{number}.jpg"
        file.write_bytes(data.getvalue())
        seen.append(MEDIA[Modality.IMAGE].examine(file))
    return pl.DataFrame(
        [(one.content, one.look, one.tones) for one in seen],
        schema={"content": pl.String, "look": pl.Int64, "tones": pl.Binary},
        orient="row",
    )


def patches(seed: int) -> Image.Image:
    cells = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((180, 140), Image.Resampling.BICUBIC)


def test_copies_saved_anew_and_resized_are_near(tmp_path: Path) -> None:
    pictures = [patches(0), patches(0), patches(0).resize((90, 70)), patches(1), patches(2)]
    frame = looks(tmp_path, pictures)
    assert picture_groups(frame["content"], frame["look"], frame["tones"]).tolist() == [0, 0, 0, 3, 4]


def test_smooth_pictures_are_not_taken_for_one_another(tmp_path: Path) -> None:
    slope = np.linspace(60, 200, 160)[None, :, None] * np.ones((120, 1, 3))
    dark = Image.fromarray(slope.astype(np.uint8))
    spot = slope.copy()
    spot[40:80, 60:100] -= 45
    frame = looks(tmp_path, [dark, Image.fromarray(spot.astype(np.uint8)), dark.point(lambda level: level + 30)])
    assert len(set(picture_groups(frame["content"], frame["look"], frame["tones"]).tolist())) == 3


def test_flat_pictures_have_no_look(tmp_path: Path) -> None:
    frame = looks(tmp_path, [Image.new("RGB", (50, 50), "white"), Image.new("RGB", (50, 50), "black")])
    assert frame["look"].null_count() == 2
    assert picture_groups(frame["content"], frame["look"], frame["tones"]).tolist() == [0, 1]


def test_the_same_bytes_are_one_group_without_any_look() -> None:
    content = pl.Series(["a", "b", "a", None, None])
    nothing = pl.Series([None] * 5, dtype=pl.Int64)
    assert picture_groups(content, nothing, nothing.cast(pl.Binary)).tolist() == [0, 1, 0, 3, 4]


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 63).flatmap(lambda bit: st.sampled_from([0, 1 << bit, 7 << bit, 15 << bit])), max_size=30)
)
def test_exactly_the_pairs_within_the_distance_are_found(values: list[int]) -> None:
    array = np.array([value & (2**64 - 1) for value in values], dtype=np.uint64)
    found = {
        (int(bucket[one]), int(bucket[other]))
        for _, bucket in buckets(array)
        for first, second in near_pairs(array[bucket])
        for one, other in zip(first, second, strict=True)
    }
    expected = {
        (i, j)
        for i in range(len(values))
        for j in range(i + 1, len(values))
        if (int(array[i]) ^ int(array[j])).bit_count() <= NEAR_BITS
    }
    assert found == expected


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_joined_nodes_share_the_smallest_name(case: tuple[int, list[tuple[int, int]]]) -> None:
    n, edges = case
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    half = len(pairs) // 2
    label = join(np.arange(n), pairs[:half, 0], pairs[:half, 1])
    got = join(label, pairs[half:, 0], pairs[half:, 1]).tolist()
    expected = list(range(n))
    for _ in range(n):
        for a, b in edges:
            expected[a] = expected[b] = min(expected[a], expected[b])
    assert got == expected


def test_changes_count_borders_between_unlike_cells() -> None:
    checkers = int("".join("10101010" if row % 2 else "01010101" for row in range(8)), 2)
    halves = int("11110000" * 8, 2)
    assert changes(np.array([0, checkers, halves], dtype=np.uint64)).tolist() == [0, 112, 8]


def test_of_more_pictures_than_are_compared_all_with_all_each_finds_its_twin() -> None:
    half = 20_000
    assert (2 * half) ** 2 / 2 > duplicates.MOST_SLABS * duplicates.SLAB
    hashes = np.random.default_rng(0).integers(-(2**62), 2**62, half)
    looks = np.concatenate([hashes, hashes ^ (1 << np.arange(half) % 62)])
    different = pl.Series([str(number) for number in range(len(looks))])
    found = picture_groups(different, pl.Series(looks), pl.Series([bytes(72)] * len(looks)))
    np.testing.assert_array_equal(found, np.tile(np.arange(half), 2))


def frames(n: int, hashes: list[int], tones: list[bytes]) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return what is known of ``n`` photos whose looks repeat."""
    looks = pl.Series([hashes[at % len(hashes)] for at in range(n)], dtype=pl.Int64)
    return pl.Series([str(at) for at in range(n)]), looks, pl.Series([tones[at % len(tones)] for at in range(n)])


CHECKERS = int("".join("10101010" if row % 2 else "01010101" for row in range(8)), 2)


def test_many_frames_of_a_camera_that_stands_still_are_one_group_and_their_pairs_are_not_kept() -> None:
    tracemalloc.start()
    notes: list[str] = []
    found = picture_groups(*frames(30_000, [CHECKERS], [bytes(72)]), notes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not found.any() and not notes
    assert peak < 400 << 20


def test_pairs_that_are_not_alike_after_all_are_not_kept_either() -> None:
    tracemalloc.start()
    dark, bright = bytes(72), bytes([200] * 72)
    found = picture_groups(*frames(4_000, [0b1111], [dark, bright]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.tolist() == [0, 1] * 2_000
    assert peak < 400 << 20


def test_what_is_too_much_to_compare_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "SLAB", 100)
    monkeypatch.setattr(duplicates, "MOST_SLABS", 3)
    notes: list[str] = []
    picture_groups(*frames(100, [0b1111], [bytes([20 * (at % 12)] * 72) for at in range(100)]), notes)
    (note,) = notes
    assert note.startswith("100 photos look too much like thousands of others to be compared with all")


def test_the_real_photos_are_not_glued_together(shared_data: Path) -> None:
    frame = read(understand(shared_data / "trashnet")).frame
    sizes = np.unique(groups(frame), return_counts=True)[1]
    assert sizes.max() <= 3
    assert 10 <= (sizes > 1).sum() <= 40


def test_identical_rows_are_one_group_unless_repeating_is_the_rule() -> None:
    rare = pl.DataFrame({"x:a": [1.0, 2.0, 1.0, 4.0], "x:b": ["p", "q", "p", "q"]})
    assert groups(rare).tolist()[0] == groups(rare).tolist()[2]
    assert len(set(groups(rare).tolist())) == 3
    common = pl.DataFrame({"x:a": [0.0, 1.0] * 50})
    assert len(set(groups(common).tolist())) == 100
