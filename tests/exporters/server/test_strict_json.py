from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.server.refused import Refused
from exporters.server.settings import Limits
from exporters.server.strict_json import parse_json

LIMITS = Limits()

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
    max_leaves=30,
)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@settings(max_examples=50)
@given(value=values, ascii_only=st.booleans())
def test_what_is_json_comes_back_as_it_was(value: Any, ascii_only: bool) -> None:
    try:
        raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    assert parse_json(raw, replace(LIMITS, json_depth=40)) == value


@settings(max_examples=50)
@given(value=values)
def test_depth_is_that_of_the_value_whatever_its_strings_hold(value: Any) -> None:
    raw = json.dumps({'[{\\"[': ["]]", value]}).encode()
    found = depth(value) + 2
    parse_json(raw, replace(LIMITS, json_depth=found))
    with pytest.raises(Refused) as refusal:
        parse_json(raw, replace(LIMITS, json_depth=found - 1))
    assert refusal.value.status == 400


@settings(max_examples=50)
@given(raw=st.binary(max_size=80))
def test_any_bytes_are_a_value_or_refused(raw: bytes) -> None:
    try:
        expected = json.loads(raw.decode("utf-8-sig"))
        json.dumps(expected, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        with pytest.raises(Refused):
            parse_json(raw, LIMITS)
    else:
        assert repr(parse_json(raw, LIMITS)) == repr(expected)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 50_000, b"[" * 33 + b"]" * 33])
def test_what_is_deep_is_refused_at_once(raw: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(Refused, match="levels"):
        parse_json(raw, LIMITS)
    assert time.perf_counter() - start < 1.0


def test_what_has_too_many_values_is_refused_before_they_are_made() -> None:
    with pytest.raises(Refused, match="values") as refusal:
        parse_json(b"[" + b"[]," * 3_000_000 + b"[]]", LIMITS)
    assert refusal.value.status == 413
    assert parse_json(b'"' + b"," * 3_000_000 + b'"', LIMITS) == "," * 3_000_000


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_in_another_encoding_is_refused_and_passes_no_limit(encoding: str) -> None:
    deep = '["x\u2200", ' * 33 + "1" + "]" * 33
    for value in ('{"text": "good"}', deep):
        with pytest.raises(Refused) as refusal:
            parse_json(value.encode(encoding), LIMITS)
        assert refusal.value.status == 400
    assert parse_json(b'\xef\xbb\xbf{"text": "good"}', LIMITS) == {"text": "good"}


@pytest.mark.parametrize(
    "raw", [b'{"text": "\xed\xa0\x80"}', b'"\\ud800"', b'{"\\udfff": 1}', b'"\xff"', b"9" * 5000, b"", b"{'a': 1}"]
)
def test_half_characters_and_endless_numbers_are_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        parse_json(raw, LIMITS)
    assert refusal.value.status == 400
