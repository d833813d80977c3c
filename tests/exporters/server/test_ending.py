"""What takes too long in the graph itself: given up in time, whoever asks next and the server's end not held up."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.exporters.graphs import altered, slowly
from tests.exporters.server.client import Server, serving

ROW = {"rows": [{"length in cm": 3.0, "colour 🎨": "rot", "label": 1.7e9, "inner_1_Mul": "place 3"}]}


@pytest.fixture(scope="module")
def slow(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return altered(rows, tmp_path_factory.mktemp("slow") / "rows", slowly)


@pytest.fixture(scope="module")
def hasty(slow: Path) -> Iterator[Server]:
    """Gives up after less time than one call of the graph takes, and has one thread to compute in."""
    with serving(slow, "--timeout", "0.4") as server:
        yield server


def waiting(server: Server) -> int:
    found = re.search(r"^autodidact_predictions_waiting (\d+)", server.get("/metrics").body.decode(), re.M)
    assert found is not None
    return int(found[1])


def test_one_long_call_is_given_up_in_time_and_leaves_the_processor_free(hasty: Server) -> None:
    start = time.monotonic()
    with ThreadPoolExecutor(4) as senders:
        replies = list(senders.map(lambda _: hasty.post_json("/predict", ROW), range(4)))
    assert {reply.status for reply in replies} == {504}
    assert all("0.4 s" in reply.error for reply in replies)
    while waiting(hasty):
        assert time.monotonic() - start < 3.0, "the calls still run though nobody waits for them"
        time.sleep(0.02)
    assert not any(line["event"] == "error" for line in hasty.log)


def test_the_end_is_not_held_up_by_a_call_that_was_given_up(slow: Path) -> None:
    with serving(slow, "--timeout", "0.3") as server:
        assert server.post_json("/predict", ROW).status == 504
        start = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - start < 2.0


def test_a_call_that_runs_when_the_time_to_drain_is_over_is_ended_with_a_sentence(slow: Path) -> None:
    with serving(slow, "--drain", "0") as server, ThreadPoolExecutor(1) as senders:
        asked = senders.submit(server.post_json, "/predict", ROW)
        while not waiting(server):
            time.sleep(0.02)
        start = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - start < 2.0
        reply = asked.result()
        assert reply.status == 503 and "ending" in reply.error
        assert not any(line["event"] == "error" for line in server.log)
