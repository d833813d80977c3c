"""Parts of dates."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.table.dates import FURTHEST, PARTS, date_part

EPOCH = datetime.datetime(1970, 1, 1)


@given(st.datetimes(min_value=datetime.datetime(1, 1, 2), max_value=datetime.datetime(9999, 12, 30)))
def test_parts_are_those_of_the_calendar(moment: datetime.datetime) -> None:
    moment = moment.replace(minute=30, second=0, microsecond=0)
    days = np.array([(moment - EPOCH).total_seconds() / 86_400])
    found = [int(date_part(days, part)[0]) for part in ("month", "weekday", "hour")]
    assert found == [moment.month, moment.weekday(), moment.hour]


@pytest.mark.parametrize("part", PARTS)
def test_what_is_no_date_is_missing(part: str) -> None:
    with np.errstate(invalid="raise"):
        assert np.isnan(date_part(np.array([np.nan, 2 * FURTHEST, -1e300]), part)).all()
