"""What models said of samples before they learned from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.dataset import Split
from engine.model.calibrate import apply, apply_each
from engine.task import Kind
from exporters.edge.unlearned import moved, unlearned
from exporters.source import Source, open_source
from tests.exporters.edge.conftest import COLOURS


def test_answers_of_the_members_are_blended_as_when_they_are_served(source: Source) -> None:
    assert source.folder is not None and source.dataset is not None
    train = source.dataset.part(Split.TRAIN)
    said = unlearned(source.folder, COLOURS, train)
    assert said is not None and said.shape == (96, 3)
    known = np.isfinite(said).all(axis=1)
    assert 0 < known.sum() < 96  # the network held one fold out
    assert np.allclose(said[known].sum(axis=1), 1.0)


def test_without_the_members_answers_those_beside_the_model_serve(copied: Path) -> None:
    source = open_source(copied)
    assert source.folder is not None and source.dataset is not None
    train = source.dataset.part(Split.TRAIN)
    before = unlearned(source.folder, COLOURS, train)
    for kept in (copied / "checkpoints").rglob("*.npy"):
        kept.unlink()
    after = unlearned(source.folder, COLOURS, train)
    assert before is not None and after is not None
    assert np.allclose(before, after, equal_nan=True)


def test_a_run_that_kept_nothing_has_no_answers(copied: Path) -> None:
    source = open_source(copied)
    assert source.folder is not None and source.dataset is not None
    for kept in [*(copied / "checkpoints").rglob("*.npy"), copied / "model" / "validation.parquet"]:
        kept.write_bytes(b"damaged")
    assert unlearned(source.folder, COLOURS, source.dataset.part(Split.TRAIN)) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_no_change_of_the_model_moves_nothing(kind: Kind) -> None:
    known, same = np.array([[0.2, 0.8]]), np.array([[0.6, 0.4]])
    assert np.allclose(moved(known, same, same, kind), known)


def test_a_change_of_sharpness_moves_answers_by_that_sharpness() -> None:
    known, before = np.array([[0.2, 0.3, 0.5]]), np.array([[0.2, 0.3, 0.5]])
    assert np.allclose(moved(known, before, apply(before, 0.5), Kind.MULTICLASS), apply(known, 0.5))
    assert np.allclose(moved(known, before, apply_each(before, 0.5), Kind.MULTILABEL), apply_each(known, 0.5))
    assert np.allclose(moved(known, before, before + 2.0, Kind.REGRESSION), known + 2.0)


def test_certain_answers_do_not_become_no_numbers() -> None:
    known = np.array([[1.0, 0.0]])
    for kind in (Kind.MULTICLASS, Kind.MULTILABEL):
        assert np.isfinite(moved(known, np.array([[0.0, 1.0]]), known, kind)).all()
