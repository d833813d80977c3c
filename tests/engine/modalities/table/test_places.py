"""Maps in a table: which columns are one, and what turning it gives."""

from __future__ import annotations

import numpy as np
import pytest

from engine.modalities.table.places import maps, turns


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (("latitude", "rooms", "longitude"), [("latitude", "longitude")]),
        (("LNG", "LAT"), [("LAT", "LNG")]),
        (("Lattitude", "Longtitude"), [("Lattitude", "Longtitude")]),
        (
            ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon"),
            [("pickup_lat", "pickup_lon"), ("dropoff_lat", "dropoff_lon")],
        ),
        (("latency", "long_jump", "flat"), []),
        (("lat", "home_lon"), []),
        (("latitude",), []),
    ],
)
def test_a_latitude_finds_its_longitude_by_name(names: tuple[str, ...], pairs: list[tuple[str, str]]) -> None:
    assert maps(names) == pairs


def test_a_border_that_runs_aslant_becomes_one_split() -> None:
    rng = np.random.default_rng(0)
    latitude, longitude = rng.uniform(-38.0, -37.0, 500), rng.uniform(144.0, 146.0, 500)
    metres_east = longitude * np.cos(np.radians(latitude.mean()))
    beyond = latitude + metres_east > np.median(latitude + metres_east)
    views = [turned.of(latitude, longitude) for turned in turns(latitude, longitude, "lon")]
    assert len(views) == 6
    assert any(view[beyond].min() > view[~beyond].max() for view in views)
    assert not any(np.abs(np.corrcoef(view, latitude)[0, 1]) > 0.999 for view in views)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [([1.0, 2.0], [500.0, 510.0]), ([91.0, 2.0], [5.0, 6.0]), ([1.0, 1.0], [5.0, 6.0]), ([np.nan, 1.0], [5.0, np.nan])],
)
def test_numbers_that_are_no_degrees_or_tell_nothing_are_left_alone(
    latitude: list[float], longitude: list[float]
) -> None:
    assert turns(np.array(latitude), np.array(longitude), "lon") == []


def test_a_point_that_lacks_a_number_is_missing_from_every_side() -> None:
    latitude, longitude = np.array([1.0, 2.0, np.nan]), np.array([np.nan, 3.0, 4.0])
    for turned in turns(np.array([1.0, 2.0]), np.array([3.0, 4.0]), "lon"):
        np.testing.assert_array_equal(np.isnan(turned.of(latitude, longitude)), [True, False, True])
