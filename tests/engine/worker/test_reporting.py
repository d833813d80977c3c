"""What is served is judged, written down with its moment, and told once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.curve import Point
from engine.run.folder import RunFolder
from engine.run.journal import Journal
from engine.worker.first import serve_constant
from engine.worker.reporting import Reporter, untold
from engine.worker.serving import Server
from tests.engine.flowers import flower_run
from tests.engine.worker.sittings import events
from tests.engine.worker.test_serving import add, offer


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return flower_run(tmp_path / "run", size=400)


@pytest.fixture
def server(run: RunFolder) -> Server:
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    serve_constant(server)
    return server


@pytest.fixture
def reporter(run: RunFolder) -> Iterator[Reporter]:
    journal = Journal(run.events_path, lambda: 50.0, echo=False)
    yield Reporter(journal)
    journal.close()


def test_a_point_tells_of_the_moment_at_which_its_model_was_there(
    run: RunFolder, server: Server, reporter: Reporter
) -> None:
    assert server.served is not None
    constant = reporter.point(server, "constant")
    assert untold(None, []) is None
    assert untold(server.served, []) == server.served.moment
    assert untold(server.served, [constant]) is None
    assert add(run, server, "good", 0.9)
    assert untold(server.served, [constant]) == server.served.moment
    point = reporter.point(server, "good")
    assert point == Point(server.served.moment, server.standing()[0], "good")
    written = events(run, "point")
    assert [event.active_s for event in written] == [constant.active_s, point.active_s]
    assert [event.data["members"] for event in written] == [
        [{"name": "constant", "weight": 1.0}],
        [{"name": "good", "weight": 1.0}],
    ]
    assert written[1].data["score"] == pytest.approx(point.score, abs=1e-6)
    assert written[1].data["metrics"] == pytest.approx(reporter.metrics, abs=1e-6)
    assert written[1].data["checked"] == server.rows_checked


def test_how_sure_a_score_is_and_how_long_it_took_is_known_of_what_was_judged(
    run: RunFolder, server: Server, reporter: Reporter
) -> None:
    add(run, server, "good", 0.9)
    score, interval = reporter.judge(server)
    assert interval.low < score < interval.high
    assert reporter.error == interval.se > 0
    longest = reporter.longest_s
    assert longest > 0
    reporter.judge(server)
    assert reporter.longest_s >= longest


def test_a_candidate_is_written_down_by_its_own_score_be_it_served_or_not(
    run: RunFolder, server: Server, reporter: Reporter
) -> None:
    add(run, server, "good", 0.9)
    reporter.candidate(server, "good", wanted=True)
    reporter.candidate(server, "poor", wanted=server.weigh(offer(run, server, "poor", 0.6)))
    good, poor = (event.data for event in events(run, "evaluated"))
    assert (good["learner"], good["served"]) == ("good", True)
    assert (poor["learner"], poor["served"]) == ("poor", False)
    assert poor["interval"][0] < poor["score"] < good["score"]
    assert poor["version"] == server.versions["poor"]
    assert not events(run, "point")
