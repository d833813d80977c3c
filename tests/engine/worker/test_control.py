"""Commands are heard from either side; anything else is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.worker.control import COMMANDS, Command, ControlFile, parse


@pytest.mark.parametrize("word", COMMANDS)
def test_a_command_is_a_word_in_json(word: str) -> None:
    assert parse(f'{{"command": "{word}"}}') == Command(word)
    assert parse(f"{word}\n") == Command(word)


@given(st.text())
def test_a_stray_line_never_raises(line: str) -> None:
    found = parse(line)
    assert found is None or found.word in COMMANDS


@pytest.mark.parametrize("line", ["", "[]", '{"command": 3}', '{"command": "explode"}', "null", "[1]"])
def test_what_is_no_command_is_none(line: str) -> None:
    assert parse(line) is None


def test_the_control_file_gives_each_command_once(tmp_path: Path) -> None:
    path = tmp_path / "control.jsonl"
    path.write_text('{"command": "discard"}\n')  # of an earlier sitting
    control = ControlFile(path)
    assert control.poll() == []
    with path.open("a") as file:
        file.write('{"command": "pause"}\n{"command": "res')
    assert control.poll() == [Command("pause")]
    with path.open("a") as file:
        file.write('ume"}\n')
    assert control.poll() == [Command("resume")]
    assert control.poll() == []


def test_a_line_of_endless_brackets_is_no_command() -> None:
    assert parse("[" * 10**5) is None
