"""A server of our own that gives weights: quickly, haltingly, or a few bytes and then nothing more."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

CONTENT = b"weights" * 10_000


def file_name(network: str) -> str:
    """Return how the file of a network is called, which tells what it holds."""
    return f"{network}-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


class Server(ThreadingHTTPServer):
    """Gives all of the content, or a few bytes and then, until the test is over, nothing more or ever a few more."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.complete, self.drips, self.over = CONTENT, True, False, threading.Event()
        self.asked: list[str] = []

    def address(self, network: str) -> str:
        """Return where the weights of a network are."""
        return f"http://127.0.0.1:{self.server_port}/{file_name(network)}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200 if "absent" not in self.path else 404)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        if self.server.complete:
            self.wfile.write(self.server.content)
            return
        try:
            self.wfile.write(self.server.content[:10])
            while not self.server.over.wait(0.01 if self.server.drips else 60.0):
                self.wfile.write(b"?")
        except OSError:  # nobody takes any more
            self.close_connection = True

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Server]:
    """Serve until the end of the block."""
    made = Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        made.shutdown()
        thread.join()
        made.server_close()
