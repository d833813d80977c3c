"""The networks' arithmetic in torch, and the same without it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.modalities.table.features import TableEncoder
from engine.modalities.table.members.network import NetworkMember
from engine.modalities.table.network import WIDEST_CODE, Inputs, Shape, fresh, outputs
from engine.modalities.table.scaling import Scaling
from engine.modalities.table.target import Link
from tests.engine.modalities.table.tables import COLUMNS, rows


def shape_of(encoder: TableEncoder, scaling: Scaling, folds: int = 1, members: int = 3, classes: int = 3) -> Shape:
    """A small shape for the rows of the table tests."""
    codes = tuple(column.missing_code + 1 for column in encoder.columns if column.is_category)
    return Shape(folds, members, 16, 2, len(scaling.numbers), len(scaling.gaps), codes, classes)


@pytest.mark.parametrize("members", [1, 3])
def test_the_member_computes_what_was_trained(members: int) -> None:
    samples = rows(40)
    encoder = TableEncoder.fit(samples, COLUMNS)
    encoded = samples.encoded(encoder)
    scaling = Scaling.fit(encoder, encoded)
    weights = fresh(shape_of(encoder, scaling, members=members), seed=1)
    numbers, gaps = (
        torch.tensor(part(encoded), dtype=torch.float32)[None] for part in (scaling.scaled, scaling.missing)
    )
    codes = torch.tensor(encoded[:, encoder.categories].astype(np.int64))[None]
    inputs = Inputs(numbers, gaps, codes)
    raw = outputs(weights, inputs)
    assert raw.shape == (1, 40, members, 3)
    member = NetworkMember(
        encoder, scaling, {name: weight.numpy() for name, weight in weights.items()}, Link("softmax")
    )
    np.testing.assert_allclose(member.predict(samples), raw[0].softmax(dim=-1).mean(dim=1).numpy(), atol=1e-5)


def test_copies_differ_and_folds_know_nothing_of_each_other() -> None:
    shape = Shape(folds=2, members=4, hidden=8, layers=1, numbers=3, gaps=0, codes=(), outputs=1)
    weights = {name: weight.requires_grad_() for name, weight in fresh(shape, seed=0).items()}
    numbers = torch.randn(1, 6, 3, generator=torch.Generator().manual_seed(0)).repeat(2, 1, 1)
    raw = outputs(weights, Inputs(numbers, torch.empty(2, 6, 0), torch.empty(2, 6, 0, dtype=torch.int64)))
    assert raw.std(dim=2).min() > 0
    raw[0].sum().backward()  # type: ignore[no-untyped-call]
    for weight in weights.values():
        assert weight.grad is None or not weight.grad[1].any()


def test_few_values_begin_as_indicators_and_unknown_ones_among_many_say_nothing() -> None:
    shape = Shape(folds=2, members=1, hidden=4, layers=1, numbers=0, gaps=0, codes=(5, 30), outputs=1)
    weights = fresh(shape, seed=0)
    torch.testing.assert_close(weights["table-0"][1], torch.eye(5))
    assert weights["table-1"].shape == (2, 30, WIDEST_CODE)
    assert not weights["table-1"][:, -2].any()
    assert "wave" not in weights
    assert shape.width == 5 + WIDEST_CODE


def test_very_many_numbers_get_no_waves() -> None:
    wide = Shape(folds=1, members=1, hidden=4, layers=1, numbers=1000, gaps=0, codes=(), outputs=1)
    assert wide.width == 1000
    assert "wave" not in fresh(wide, seed=0)
