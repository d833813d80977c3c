from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.records import wire


@given(number=st.integers(0, 2**63 - 1))
def test_numbers_survive(number: int) -> None:
    assert wire.integers(memoryview(wire.field(7, wire.packed_integers([number, 1]))), 7) == [number, 1]


@given(numbers=st.lists(st.floats(width=32, allow_nan=False)))
def test_lists_of_floats_survive(numbers: list[float]) -> None:
    assert wire.floats(memoryview(wire.field(2, wire.packed_floats(numbers))), 2).tolist() == numbers


def test_numbers_that_are_not_packed_are_read_too() -> None:
    one_by_one = bytes([1 << 3, 5, 1 << 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1])
    assert wire.integers(memoryview(one_by_one), 1) == [5, -1]
    assert wire.floats(memoryview(bytes([1 << 3 | 5]) + np.float32(1.5).tobytes()), 1).tolist() == [1.5]


@given(junk=st.binary(max_size=200))
def test_junk_is_refused_or_read_but_never_more(junk: bytes) -> None:
    try:
        total = sum(1 if isinstance(value, int) else len(value) for _, _, value in wire.fields(memoryview(junk)))
    except wire.WireError:
        return
    assert total <= len(junk)


@pytest.mark.parametrize(
    "message", [b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x05ab", b"\x08" + b"\xff" * 11, b"\x03", b"\x00"]
)
def test_what_leads_out_of_the_message_is_refused(message: bytes) -> None:
    with pytest.raises(wire.WireError):
        list(wire.fields(memoryview(message)))
