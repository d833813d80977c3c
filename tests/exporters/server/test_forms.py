from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.server.forms import media_type, parse_form
from exporters.server.refused import Refused
from tests.exporters.server.client import form


@given(contents=st.lists(st.binary(max_size=60), min_size=1, max_size=4))
def test_files_come_out_as_they_went_in(contents: list[bytes]) -> None:
    boundary = "ab29d1-never-inside"
    body, kind = form(*[("file", f"{n}.bin", content) for n, content in enumerate(contents)], boundary=boundary)
    parts = parse_form(body, kind, 10)
    assert [part.content for part in parts] == contents
    assert [(part.field, part.file) for part in parts] == [("file", f"{n}.bin") for n in range(len(contents))]


@given(body=st.binary(max_size=200), cut=st.integers(0, 200))
def test_damaged_forms_are_refused(body: bytes, cut: int) -> None:
    whole, kind = form(("file", "a.bin", body.replace(b"--xyz", b"")))
    for damaged in (body, whole[: min(cut, len(whole) - 5)]):
        with pytest.raises(Refused) as refusal:
            parse_form(damaged, kind, 10)
        assert refusal.value.status == 400


def test_a_field_is_no_file_and_keeps_its_type() -> None:
    head = b'Content-Disposition: form-data; name="a"\r\nContent-Type: Text/CSV; charset=utf-8\r\n'
    body = b"--x\r\n" + head + b"\r\n1\r\n--x--\r\n"
    (part,) = parse_form(body, 'multipart/form-data; boundary="x"', 10)
    assert (part.field, part.file, part.media_type, part.content) == ("a", None, "text/csv", b"1")


def test_a_form_without_boundary_or_with_too_many_parts_is_refused() -> None:
    body, kind = form(*[("file", "a", b"")] * 3)
    with pytest.raises(Refused, match="boundary"):
        parse_form(body, "multipart/form-data", 10)
    with pytest.raises(Refused, match="more than 2") as refusal:
        parse_form(body, kind, 2)
    assert refusal.value.status == 413


def test_the_type_alone_is_compared() -> None:
    assert media_type("Text/CSV; charset=utf-8") == "text/csv"
