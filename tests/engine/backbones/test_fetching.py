"""Weights come from a server of our own that is quick, slow, silent or wrong; nobody waits without end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.backbones import fetching
from engine.backbones.fetching import fetch, fetch_good
from engine.backbones.good import GOOD
from engine.errors import WeightsError
from tests.weights_server import CONTENT, Server, file_name, serving

NAME = file_name("net")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving() as made:
        monkeypatch.setattr(fetching, "address", made.address)
        yield made


def refusal(folder: Path, name: str = "net") -> str:
    with pytest.raises(WeightsError) as caught:
        fetch(name, folder, lambda sentence: None)
    assert not list(folder.iterdir())  # nothing stays of what did not come whole
    sentence = str(caught.value)
    assert sentence.startswith(f"The pretrained weights of {name} could not be fetched (")
    assert "goes on without them" in sentence
    return sentence


def test_what_comes_whole_is_kept_and_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    said: list[str] = []
    file = fetch("net", tmp_path / "new", said.append)
    assert file == tmp_path / "new" / NAME
    assert file.read_bytes() == CONTENT
    assert "net" in said[0] and "has not begun" in said[0]
    assert len(said) > 1  # how far it is
    assert fetch("net", tmp_path / "new", said.append) == file
    assert len(server.asked) == 1


def test_what_killed_processes_left_is_cleared_away_but_not_what_another_fetches(
    server: Server, tmp_path: Path
) -> None:
    left, fresh, other = (tmp_path / f".{name}.part" for name in (f"{NAME}.1", f"{NAME}.2", "other.pth.3"))
    for part in (left, fresh, other):
        part.write_bytes(CONTENT[:10])
    for part in (left, other):
        os.utime(part, (0, time.time() - 4000))
    fetch("net", tmp_path, lambda sentence: None)
    assert set(tmp_path.iterdir()) == {tmp_path / NAME, fresh, other}


def test_a_server_that_falls_silent_is_left(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.complete = False
    monkeypatch.setattr(fetching, "PATIENCE_S", 0.1)
    monkeypatch.setattr(fetching, "SLOWEST", 0)  # a busy machine is late too
    assert "there is no answer" in refusal(tmp_path)


def test_a_server_that_is_far_too_slow_is_left(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = iter(range(0, 10_000_000, 60))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(minutes)))
    monkeypatch.setattr(fetching, "_PIECE", 1000)
    assert "too slowly" in refusal(tmp_path)


def test_a_machine_without_a_connection_is_met_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "address", lambda name: f"http://127.0.0.1:1/{NAME}")
    assert "Check the connection" in refusal(tmp_path)


def test_what_is_damaged_or_absent_is_not_kept(server: Server, tmp_path: Path) -> None:
    assert "Not Found" in refusal(tmp_path, "absent")
    server.content = CONTENT[:-1] + b"?"
    assert "damaged" in refusal(tmp_path)


def test_a_file_whose_name_does_not_tell_what_it_holds_is_not_trusted(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "address", lambda name: f"http://127.0.0.1:{server.server_port}/net.pth")
    assert "what it should hold" in refusal(tmp_path)


def test_only_networks_that_the_person_has_not_are_fetched(server: Server, tmp_path: Path) -> None:
    first, *others = GOOD
    given, wanted = [tmp_path / f"{first}-mine.pth"], [tmp_path / file_name(name) for name in others]
    assert fetch_good(tmp_path, given, lambda sentence: None) == (wanted, [])
    assert server.asked == [f"/{path.name}" for path in wanted]


def test_after_one_that_cannot_be_had_no_other_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "address", lambda name: f"http://127.0.0.1:1/{NAME}")
    found, troubles = fetch_good(tmp_path, [], lambda sentence: None)
    assert not found
    assert len(troubles) == 1 and next(iter(GOOD)) in troubles[0]


def test_what_is_cancelled_half_way_is_not_kept_and_no_other_is_asked_for(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SLOWEST", 0)
    server.complete, server.drips = False, True
    found, _ = fetch_good(tmp_path, [], lambda sentence: None, lambda: bool(server.asked))
    assert not found
    assert len(server.asked) == 1
    assert not list(tmp_path.iterdir())


def test_nothing_is_asked_for_once_it_is_cancelled(server: Server, tmp_path: Path) -> None:
    assert fetch_good(tmp_path, [], lambda sentence: None, lambda: True) == ([], [])
    assert not server.asked


def test_no_torch_is_needed_to_fetch() -> None:
    said = "import sys, engine.backbones.fetching as f; f.address('convnext_tiny'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["False"]


def test_the_names_of_the_good_ones_tell_what_their_files_hold() -> None:
    for name in GOOD:
        assert fetching.address(name).startswith("https://")
        assert fetching._expected(fetching.address(name).rpartition("/")[2])
