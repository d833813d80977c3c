"""Beside what is served, the best single small model is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.model.folder import read_manifest
from engine.model.model import Model
from engine.run.folder import RunFolder
from engine.worker.checkpoint import Candidate
from engine.worker.desk import Errand
from engine.worker.first import Headcount, serve_constant
from engine.worker.serving import Server
from engine.worker.small import MOST_BYTES, MOST_SECONDS
from tests.engine.flowers import flower_run
from tests.engine.worker.test_serving import add, answer, offer


@pytest.fixture
def served(tmp_path: Path) -> tuple[RunFolder, Server]:
    run = flower_run(tmp_path / "run", size=400)
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    serve_constant(server)
    return run, server


def test_the_best_single_one_is_kept_whatever_is_served(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "fair", 0.8)
    assert read_manifest(run.small_path).members[0].name == "fair"
    add(run, server, "good", 0.9)
    add(run, server, "poor", 0.6)
    members = read_manifest(run.small_path).members
    assert [(member.name, member.weight) for member in members] == [("good", 1.0)]
    assert read_manifest(run.small_path).info["ms_per_sample"] == {"single": 1.0, "batch": 0.5}


def test_it_is_a_model_like_any_other(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    checkpoint_kind = offer(run, server, "good", 0.9)
    server.weigh(checkpoint_kind)
    manifest = (run.small_path / "model.json").read_text()
    (run.small_path / "model.json").write_text(manifest.replace('"kind": "good"', '"kind": "constant"'))
    assert Model.load(run.small_path).predict(Headcount(3)).shape == (3, 2)


def test_its_own_score_size_and_pace_are_told(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    assert server.small_facts() is None
    add(run, server, "good", 0.9)
    facts = server.small_facts()
    assert facts is not None
    assert facts["member"] == "good"
    assert facts["size_bytes"] >= 0
    assert facts["ms_per_sample"]["single"] == pytest.approx(1.0)
    assert facts["scores"]["validation"]["accuracy"]["value"] == pytest.approx(0.9, abs=0.05)
    assert facts["scores"]["test"]["accuracy"]["value"] == pytest.approx(0.9, abs=0.1)


def test_its_answers_outlive_their_file(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "good", 0.95)
    for _ in range(3):
        server.weigh(offer(run, server, "good", 0.6))
    facts = server.small_facts()
    assert facts is not None
    assert facts["scores"]["test"]["accuracy"]["value"] == pytest.approx(0.95, abs=0.1)


def test_large_and_slow_ones_are_not_small(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.weigh(offer(run, server, "large", 0.9, size=MOST_BYTES + 1))
    server.weigh(offer(run, server, "slow", 0.9, single_s=2 * MOST_SECONDS))
    assert server.small_facts() is None
    assert not run.small_path.exists()


def test_one_that_takes_longer_than_the_person_allows_is_not_small(tmp_path: Path) -> None:
    run = flower_run(tmp_path / "run", size=400)
    run = replace(run, options=replace(run.options, max_latency_ms=5.0))
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    serve_constant(server)
    server.weigh(offer(run, server, "slow", 0.97, single_s=0.02))
    assert not run.small_path.exists()
    server.weigh(offer(run, server, "quick", 0.8, single_s=0.004))
    server.weigh(offer(run, server, "slow again", 0.99, single_s=0.02))
    assert read_manifest(run.small_path).members[0].name == "quick"


def test_who_was_never_measured_is_measured_first(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    add(run, server, "good", 0.9)
    better = offer(run, server, "better", 0.97)
    unknown = type(better)("better", better.version, better.record, better.validation)
    server.withdraw("good")
    server.small.consider(unknown)
    assert server.errand() == Errand("measure", "better")
    assert read_manifest(run.small_path).members[0].name == "good"
    server.carried_out("better")
    assert read_manifest(run.small_path).members[0].name == "better"


def test_a_candidate_that_is_replaced_before_it_was_measured_is_forgotten(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    old = offer(run, server, "good", 0.9)
    server.small.consider(type(old)("good", old.version, old.record, old.validation))
    assert server.small.to_measure() == "good"
    offer(run, server, "good", 0.92)
    server.carried_out("good")
    assert server.small.to_measure() is None
    assert server.small.kept is None


def unmeasured(candidate: Candidate) -> Candidate:
    """The same candidate before anybody knew how quick it is."""
    return replace(candidate, pace=None)


@pytest.mark.parametrize("known", [True, False])
def test_a_better_one_is_measured_though_another_came_before_it_was(
    served: tuple[RunFolder, Server], known: bool
) -> None:
    run, server = served
    best, fair = offer(run, server, "best", 0.97), offer(run, server, "fair", 0.8)
    server.small.consider(unmeasured(best))
    server.small.consider(fair if known else unmeasured(fair))
    assert server.small.to_measure() == "best"
    server.carried_out("best")
    assert read_manifest(run.small_path).members[0].name == "best"
    assert server.small.to_measure() is None


def test_one_that_waits_for_its_pace_is_not_lost_to_a_better_one_that_turns_out_slow(
    served: tuple[RunFolder, Server],
) -> None:
    run, server = served
    for name, right, single_s in (("slow", 0.97, 2 * MOST_SECONDS), ("quick", 0.8, 0.001)):
        server.small.consider(unmeasured(offer(run, server, name, right, single_s)))
    server.carried_out("slow")
    assert server.small.to_measure() == "quick"
    server.carried_out("quick")
    assert read_manifest(run.small_path).members[0].name == "quick"


def test_its_answers_are_asked_for_only_where_they_cost_next_to_nothing(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    for name, single_s, asked in (("dear", 0.09, False), ("cheap", 0.0001, True)):
        server.small.kept = None
        server.small.consider(offer(run, server, name, 0.9, single_s=single_s))
        assert (server.small.to_answer(samples=200) is not None) == asked
    server.weigh(offer(run, server, "cheap", 0.95, single_s=0.0001))
    answer(run, server, "cheap", 0.95)
    assert server.small.to_answer(samples=200) is None
