from __future__ import annotations

from pathlib import Path

import pytest

from exporters.server.token import BadToken, token_of


def test_a_file_goes_before_a_word_and_nothing_is_no_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    assert token_of("word", tmp_path / "token") == "from-file"
    assert token_of("word", None) == "word"
    assert token_of("", None) is None
    assert token_of(None, None) is None


@pytest.mark.parametrize("word", ["two words", "é", "a\nb", "x" * 5000])
def test_what_no_header_can_carry_is_refused(word: str) -> None:
    with pytest.raises(BadToken):
        token_of(word, None)


def test_a_file_that_is_empty_absent_or_binary_starts_no_open_server(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("empty", "absent", "binary"):
        with pytest.raises(BadToken):
            token_of(None, tmp_path / name)
