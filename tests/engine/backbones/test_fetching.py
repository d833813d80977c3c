"""Weights come from a server of our own that is quick, slow, silent or wrong; nobody waits without end."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from engine.backbones import fetching
from engine.backbones.fetching import GOOD, fetch, fetch_good
from engine.errors import WeightsError

CONTENT = b"weights" * 10_000
NAME = f"net-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


class Server(ThreadingHTTPServer):
    """Gives all of the content, or a few bytes and then nothing more until the test is over."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.complete, self.over = CONTENT, True, threading.Event()
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200 if "absent" not in self.path else 404)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        if self.server.complete:
            self.wfile.write(self.server.content)
        else:
            self.wfile.write(self.server.content[:10])
            self.server.over.wait(60.0)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setattr(fetching, "address", lambda name: f"http://127.0.0.1:{made.server_port}/{name}/{NAME}")
    yield made
    made.over.set()
    made.shutdown()
    thread.join()
    made.server_close()


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
    given = [tmp_path / f"{GOOD[0]}-mine.pth"]
    assert fetch_good(tmp_path, given, lambda sentence: None) == ([tmp_path / NAME], [])
    assert [path.split("/")[1] for path in server.asked] == list(GOOD[1:])


def test_after_one_that_cannot_be_had_no_other_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "address", lambda name: f"http://127.0.0.1:1/{NAME}")
    found, troubles = fetch_good(tmp_path, [], lambda sentence: None)
    assert not found
    assert len(troubles) == 1 and GOOD[0] in troubles[0]


def test_torchvision_says_where_the_good_ones_are_and_how_they_begin() -> None:
    for name in GOOD:
        url = fetching.address(name)
        assert url.startswith("https://")
        assert fetching._expected(url.rpartition("/")[2])
