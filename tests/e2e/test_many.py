"""Very many classes, and very many rows, are learned from like any others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.modalities import open_samples
from engine.model.model import Model
from engine.run.folder import RunFolder, RunOptions
from engine.run.tail import EventTail
from engine.worker.handle import start
from labeling.snapshot import snapshot
from studio.cli.intake import take_in
from tests.e2e.conftest import PATIENCE_S
from tests.engine.worker.breaking import finish_after, names_in, of_type

CLASSES, EACH = 300, 3
ROWS = 300_000
BUDGET_S = 9.0
MOST_MB = 1000  # the worker and its trainer together; the rows themselves are 15


def run_on(frame: pl.DataFrame, folder: Path, budget_s: float) -> RunFolder:
    """Plan a run on a table from outside."""
    frame.write_csv(folder / "data.csv")
    intake = take_in(folder / "data.csv", "kind", lambda _: None, budget_s)
    frozen = snapshot(intake.frame, intake.understanding)
    return RunFolder.create(folder / "run", frozen.task, frozen.dataset, RunOptions(budget_s, "cpu"))


def places() -> pl.DataFrame:
    """Rows of which each kind lies around a place of its own."""
    kinds = np.repeat(np.arange(CLASSES), EACH)
    across, down = np.random.default_rng(0).normal(0.0, 0.1, (2, len(kinds))) + np.divmod(kinds, 20)
    return pl.DataFrame({"across": across, "down": down, "kind": [f"kind {kind}" for kind in kinds]})


def remarks() -> pl.DataFrame:
    """Texts of which each kind has a word of its own."""
    kinds = [kind for kind in range(CLASSES) for _ in range(EACH)]
    texts = [f"the {_word(kind)} looked {('old', 'new', 'fine')[row % 3]} again" for row, kind in enumerate(kinds)]
    return pl.DataFrame({"remark": texts, "kind": [f"kind {kind}" for kind in kinds]})


def _word(number: int) -> str:
    return "".join("bdfgklmnprstvz"[number // 14**place % 14] + "aeiou"[number // 5**place % 5] for place in range(3))


@pytest.mark.parametrize("make", [places, remarks])
def test_hundreds_of_classes_of_a_few_samples_are_told_apart(make: Callable[[], pl.DataFrame], tmp_path: Path) -> None:
    run = run_on(make().sample(fraction=1.0, shuffle=True, seed=1), tmp_path, 60.0)
    assert len(run.task.classes) == CLASSES
    events = finish_after(run, lambda events: len(names_in(of_type(events, "point"))) > 1)
    assert not of_type(events, "failed")
    result = run.result()
    assert result is not None
    assert result["score"]["test"] > 0.8
    answers = Model.load(run.model_path).predict(open_samples(run.dataset(), run.task))
    assert answers.shape == (CLASSES * EACH, CLASSES)
    assert np.isfinite(answers).all()
    np.testing.assert_allclose(answers.sum(axis=1), 1.0, atol=1e-6)
    assert (run.path / "trainer.log").stat().st_size < 5000  # a line for each job, and no warning for each tree


def test_hundreds_of_thousands_of_rows_keep_the_budget_and_fit_in_memory(tmp_path: Path) -> None:
    a, b, c = np.random.default_rng(0).normal(size=(3, ROWS)).round(4)
    run = run_on(
        pl.DataFrame({"a": a, "b": b, "c": c, "kind": np.where(a + b * b > 1.0, "yes", "no")}), tmp_path, BUDGET_S
    )
    assert len(run.dataset()) == ROWS
    assert start(run.path).wait(PATIENCE_S) == 0
    result = run.result()
    assert result is not None
    assert result["t_first_s"] < result["active_s"] <= BUDGET_S + 1.0
    assert result["score"]["test"] > 0.9
    beats = of_type(EventTail(run.events_path).poll(), "heartbeat")
    assert max(event.data["memory_mb"] for event in beats) < MOST_MB
