"""Whoever does not take in an answer does not keep it in the server; whoever takes it in slowly gets all of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from exporters.server.connection import timed_protocol
from exporters.server.settings import Limits

PAUSE_S = 0.3
LARGE = bytes(24_000_000)
SMALL = b"a few words"
REQUEST = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(LARGE if scope["path"] == "/large" else SMALL)(scope, receive, send)


@contextmanager
def running() -> Iterator[tuple[uvicorn.Server, int]]:
    """A server of large and small answers in a thread, and its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    http = timed_protocol(Limits(body_s=PAUSE_S, head_s=5.0))
    config = uvicorn.Config(
        app, http=http, ws="none", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield server, listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[uvicorn.Server, int]]:
    with running() as found:
        yield found


def connected(port: int) -> socket.socket:
    """A connection whose own side takes in little ahead of its reader."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    made.settimeout(10)
    made.connect(("127.0.0.1", port))
    return made


def ends(server: uvicorn.Server, within_s: float) -> bool:
    """Whether all connections are gone in time."""
    end = time.monotonic() + within_s
    while server.server_state.connections and time.monotonic() < end:
        time.sleep(0.01)
    return not server.server_state.connections


def test_an_answer_that_nobody_reads_is_let_go(served: tuple[uvicorn.Server, int]) -> None:
    server, port = served
    with connected(port) as reader:
        reader.sendall(REQUEST % b"large")
        assert reader.recv(100).startswith(b"HTTP/1.1 200 ")
        assert ends(server, 10 * PAUSE_S)


def test_a_reader_of_a_little_now_and_then_does_not_keep_it_either(served: tuple[uvicorn.Server, int]) -> None:
    server, port = served
    with connected(port) as reader:
        reader.sendall(REQUEST % b"large")
        assert reader.recv(100).startswith(b"HTTP/1.1 200 ")
        end = time.monotonic() + 10 * PAUSE_S
        while server.server_state.connections and time.monotonic() < end:
            reader.recv(1000)
            time.sleep(0.05)
        assert not server.server_state.connections


def test_a_slow_reader_gets_all_of_it_and_may_ask_again(served: tuple[uvicorn.Server, int]) -> None:
    _, port = served
    with socket.create_connection(("127.0.0.1", port), 10) as reader, reader.makefile("rb", 65_536) as answer:
        reader.sendall(REQUEST % b"large")
        while answer.readline() != b"\r\n":
            pass
        for _ in range(24):  # takes more than a second
            assert len(answer.read(len(LARGE) // 24)) == len(LARGE) // 24
            time.sleep(PAUSE_S / 6)
        reader.sendall(REQUEST % b"small")
        while answer.readline() != b"\r\n":
            pass
        assert answer.read(len(SMALL)) == SMALL
