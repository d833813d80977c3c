from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.server.refused import Refused
from exporters.server.tensors import DATATYPES, Spec, from_bytes, from_json, to_bytes, to_json

NUMBERS = sorted({name for name in DATATYPES.values() if name != "BYTES"})


@pytest.mark.parametrize("datatype", NUMBERS)
@settings(max_examples=20)
@given(data=st.data())
def test_numbers_go_out_and_come_back_both_ways(datatype: str, data: st.DataObject) -> None:
    spec = Spec("x", datatype, (-1, 2))
    wanted = from_bytes(spec, (1, 2), bytes(2 * spec.item_bytes)).dtype
    raw = data.draw(st.binary(min_size=6 * spec.item_bytes, max_size=6 * spec.item_bytes))
    values = np.frombuffer(raw, np.uint8).astype(bool) if wanted.kind == "b" else np.frombuffer(raw, wanted)
    values = values[:6].reshape(3, 2)
    assert from_bytes(spec, (3, 2), to_bytes(values)).tobytes() == values.tobytes()
    finite = values if wanted.kind != "f" else np.nan_to_num(values, nan=1.0, posinf=2.0, neginf=3.0)
    assert np.array_equal(from_json(spec, (3, 2), to_json(finite)), finite)


@given(words=st.lists(st.text(max_size=9), min_size=1, max_size=5))
def test_strings_go_out_and_come_back_both_ways(words: list[str]) -> None:
    spec, values = Spec("x", "BYTES", (-1, 1)), np.array(words, dtype=object).reshape(-1, 1)
    try:
        raw = to_bytes(values)
    except UnicodeEncodeError:
        return
    assert from_bytes(spec, values.shape, raw).tolist() == values.tolist()
    assert from_json(spec, values.shape, to_json(values)).tolist() == values.tolist()


@given(raw=st.binary(max_size=40), count=st.integers(1, 4))
def test_any_bytes_are_strings_or_refused(raw: bytes, count: int) -> None:
    try:
        values = from_bytes(Spec("x", "BYTES", (-1,)), (count,), raw)
    except Refused:
        return
    assert to_bytes(values) == raw


def test_missing_numbers_are_null() -> None:
    spec = Spec("x", "FP64", (-1,))
    assert math.isnan(from_json(spec, (2,), [1, None])[1])
    assert to_json(np.array([math.nan, math.inf, 1.5])) == [None, None, 1.5]


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        ("UINT8", [256, 0]),
        ("UINT8", [-1, 0]),
        ("UINT8", [1.5, 0]),
        ("UINT8", [None, 0]),
        ("INT64", [2**63, 0]),
        ("BOOL", [1, 0]),
        ("FP64", [True, 0.0]),
        ("FP64", [10**400, 0.0]),
        ("BYTES", [b"", 0]),
    ],
)
def test_values_of_another_type_or_range_are_refused(datatype: str, data: list[Any]) -> None:
    with pytest.raises(Refused):
        from_json(Spec("x", datatype, (-1,)), (2,), data)


def test_a_truth_value_is_nothing_but_one_or_zero() -> None:
    with pytest.raises(Refused):
        from_bytes(Spec("x", "BOOL", (-1,)), (2,), b"\x01\x02")


def test_what_varies_is_minus_one_and_what_does_not_is_kept() -> None:
    spec = Spec.of({"name": "image", "type": "uint8", "shape": ["N", "height", "width", 3]})
    assert spec.to_json() == {"name": "image", "datatype": "UINT8", "shape": [-1, -1, -1, 3]}
    assert spec.check_shape([1, 9, 9, 3], 1000) == (1, 9, 9, 3)
    for shape in ([1, 9, 9, 4], [1, 9, 9], [0, 9, 9, 3], [1, 9, 9, 3.0], None):
        with pytest.raises(Refused):
            spec.check_shape(shape, 1000)
    with pytest.raises(Refused, match="MB") as refusal:
        spec.check_shape([10**9, 10**9, 10**9, 3], 1000)
    assert refusal.value.status == 413
