"""The token, the host, the headers of answers, and the end of the server."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exporters.server.client import Server, serving

TOKEN = "correct-horse"


@pytest.fixture(scope="module")
def locked(rows: Path) -> Iterator[Server]:
    with serving(rows, token=TOKEN) as server:
        server.token = None
        yield server


@pytest.mark.parametrize("path", ["/predict", "/v2/models/rows/infer", "/image"])
@pytest.mark.parametrize("said", [None, "Bearer wrong", "Bearer ", "Basic correct-horse", "correct-horse", "Bearer é"])
def test_without_the_right_token_nothing_is_answered(locked: Server, path: str, said: str | None) -> None:
    headers = {} if said is None else {"Authorization": said.encode("utf-8").decode("latin-1")}
    reply = locked.post(path, b"{}", "application/json", headers)
    assert reply.status == 401 and "token" in reply.error
    assert reply.headers["www-authenticate"] == "Bearer"


def test_health_and_the_empty_page_stay_open_and_tell_nothing(locked: Server) -> None:
    for path in ("/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"):
        assert locked.get(path).status == 200
    page = locked.get("/")
    assert page.status == 200 and b"grass" not in page.body and b"rows" not in page.body.split(b"<script>")[0]
    for path in ("/metadata", "/metrics", "/openapi.json", "/docs", "/v2", "/v2/models/rows"):
        assert locked.get(path).status == 401


def test_with_the_token_everything_is_answered(locked: Server) -> None:
    headers = {"Authorization": f"bearer {TOKEN}"}
    assert locked.get("/metadata", headers).json["name"] == "rows"
    assert "security" in locked.get("/openapi.json", headers).json


def test_the_token_is_never_in_the_log(locked: Server) -> None:
    locked.get("/metadata", {"Authorization": f"Bearer {TOKEN}"})
    assert TOKEN not in str(locked.log)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil", "", "[::2]"]
)
def test_a_web_page_cannot_reach_the_loopback_address_under_its_own_name(row_server: Server, host: str) -> None:
    reply = row_server.get("/metadata", {"Host": host})
    assert reply.status == 421 and "localhost" in reply.error


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]:8000"])
def test_this_computer_reaches_it_under_each_of_its_names(row_server: Server, host: str) -> None:
    assert row_server.get("/metadata", {"Host": host}).status == 200


def test_on_all_addresses_any_name_is_taken(rows: Path) -> None:
    with serving(rows, "--host", "0.0.0.0") as server:
        assert server.get("/metadata", {"Host": "models.example"}).status == 200


def test_answers_name_the_request_and_allow_no_other_site(row_server: Server) -> None:
    reply = row_server.get("/healthz", {"X-Request-ID": "abc-1", "Origin": "https://evil.example"})
    assert reply.headers["x-request-id"] == "abc-1"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "server" not in reply.headers
    assert not any(name.startswith("access-control") for name in reply.headers)
    assert len(row_server.get("/healthz", {"X-Request-ID": "no spaces allowed"}).headers["x-request-id"]) == 32
    preflight = row_server.ask("OPTIONS", "/predict", None, {"Origin": "https://evil.example"})
    assert preflight.status == 405 and preflight.error


def test_wrong_paths_and_methods_are_told(row_server: Server) -> None:
    assert row_server.get("/predict").status == 405
    assert "POST" in row_server.get("/predict").error
    for path in ("/nowhere", "/../etc/passwd", "/v2/models", "/predict/"):
        reply = row_server.get(path)
        assert reply.status == 404 and reply.error


def test_sigterm_lets_the_request_in_hand_end(rows: Path) -> None:
    body = "length in cm,colour 🎨,label,inner_1_Mul\n41.5,rot,2023-11-15,place 7\n".encode()
    with serving(rows) as server, server.connect() as connection, server.connect():
        head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(head.encode() + b"Content-Type: text/csv\r\n\r\n" + body[:20])
        server.get("/healthz")  # the server has taken in what came before
        server.process.send_signal(signal.SIGTERM)
        connection.sendall(body[20:])
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        assert server.process.wait(timeout=10) == 0
        assert server.log[-1]["event"] == "end"


def test_the_server_makes_no_connection_and_leaves_no_files_at_home(rows: Path, tmp_path: Path) -> None:
    with serving(rows, HOME=str(tmp_path)) as server:
        assert server.is_well()
        sockets = Path(f"/proc/{server.process.pid}/net/tcp").read_text()
        inodes = {
            path.readlink().name for path in Path(f"/proc/{server.process.pid}/fd").iterdir() if path.is_symlink()
        }
        mine = [line.split() for line in sockets.splitlines()[1:] if f"socket:[{line.split()[9]}]" in inodes]
        ports = {int(fields[1].rpartition(":")[2], 16) for fields in mine}
        assert ports == {server.port}, "none but those that came to it"
    assert list(tmp_path.rglob("*")) == []


def test_a_connection_that_is_kept_waits_for_nothing(row_server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", row_server.port, timeout=10)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        times.append(time.perf_counter() - start)
    connection.close()
    assert min(times[5:]) < 0.02, "answers in two pieces wait 40 ms for the sender's acknowledgement"


def test_a_port_that_is_taken_is_one_line(rows: Path, row_server: Server) -> None:
    words = [sys.executable, "-m", "exporters.server", str(rows), "--port", str(row_server.port)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "Choose another port" in done.stderr and len(done.stderr.splitlines()) == 1
