from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.records.textproto import TextError, parsed, quoted


@given(text=st.text())
def test_texts_survive(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert parsed(f"key: {quoted(clean)}") == {"key": [clean]}


def test_what_such_files_hold() -> None:
    written = """
    # a comment
    is_sequence: false
    sample_count: 5e1;
    matrix_spec { col_count: -1, format: DENSE }
    matrix_spec < row_count: [1, 2] >
    label_to_index_map { key: 'caf\\303\\251 \\x41' "\\n" value: 3 }
    """
    assert parsed(written) == {
        "is_sequence": ["false"],
        "sample_count": [50.0],
        "matrix_spec": [{"col_count": [-1.0], "format": ["DENSE"]}, {"row_count": [1.0, 2.0]}],
        "label_to_index_map": [{"key": ["café A\n"], "value": [3.0]}],
    }


@pytest.mark.parametrize("text", ["a {", "a: }", "{", "a: %", "a {" * 50 + "}" * 50, "a: [1, ", '"text": 1'])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(TextError):
        parsed(text)
