"""What is served gets better, survives the worker, and is scored on the untouched part only at the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.arrays import FloatArray
from engine.dataset import Split
from engine.learners.constant import ConstantMember
from engine.model.folder import read_manifest
from engine.run.folder import RunFolder
from engine.worker.checkpoint import Candidate, Checkpoint
from engine.worker.first import serve_constant
from engine.worker.serving import Server
from tests.engine.flowers import flower_run


def guess(labels: FloatArray, right: float, seed: int = 0) -> FloatArray:
    """Probabilities that are right with a chance of ``right``."""
    rng = np.random.default_rng(seed)
    rose = np.where(rng.random(len(labels)) < right, labels, 1 - labels) * 0.8 + 0.1
    return np.stack([1 - rose, rose], axis=1)


def offer(run: RunFolder, server: Server, name: str, right: float) -> Candidate:
    test = run.dataset().part(Split.TEST).labels(run.task)
    checkpoint = Checkpoint(run.checkpoints_path, name)
    predictions = {"validation": guess(server.labels, right), "test": guess(test, right), "predict": np.zeros((0, 2))}
    checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), predictions)
    # a constant member stands in for the trained one: what is served is decided by predictions alone
    checkpoint.mark.kind = "constant"
    found = checkpoint.candidate()
    assert found is not None
    return Candidate(name, found.version, found.record, found.validation, found.test, found.predict)


@pytest.fixture
def served(tmp_path: Path) -> tuple[RunFolder, Server]:
    run = flower_run(tmp_path / "run", size=400)
    server = Server(run, clock=iter(np.arange(1.0, 99.0)).__next__)
    serve_constant(server)
    return run, server


def test_a_model_is_there_from_the_start(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    assert read_manifest(run.model_path).members[0].kind == "constant"
    assert server.served is not None
    assert server.served.lineup.leader == "constant"


def test_only_what_is_better_than_the_noise_is_served(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    assert server.add(offer(run, server, "good", 0.9)).served
    before = (run.model_path / "model.json").read_bytes()
    verdict = server.add(offer(run, server, "poor", 0.6))
    assert not verdict.served
    assert verdict.score < 0.5
    assert (run.model_path / "model.json").read_bytes() == before


def test_another_sitting_takes_up_what_was_served(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.add(offer(run, server, "good", 0.9))
    server.add(offer(run, server, "poor", 0.6))
    again = Server(run, clock=lambda: 50.0)
    again.recall()
    assert again.served is not None
    assert server.served is not None
    assert again.served.lineup.weights == server.served.lineup.weights
    assert np.array_equal(again.served.test, server.served.test)
    assert not again.add(offer(run, again, "worse", 0.55)).served


def test_the_end_scores_the_untouched_part(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.add(offer(run, server, "good", 0.9))
    scores = server.test_scores()
    assert scores is not None
    accuracy = scores["accuracy"]
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert accuracy["value"] == pytest.approx(0.9, abs=0.1)
    table = pl.read_parquet(run.model_path / "test.parquet")
    assert (table["label"] == table["prediction"]).mean() == pytest.approx(accuracy["value"])


def test_discarding_leaves_no_model(served: tuple[RunFolder, Server]) -> None:
    run, server = served
    server.discard()
    assert not run.model_path.exists()
    assert server.served is None
