from __future__ import annotations

import math

import pytest
import torch

from engine.finetune.contrast import TEMPERATURE, contrast

CLASSES = torch.eye(2)[torch.tensor([0, 0, 1, 1])]


def test_it_is_the_surprise_at_who_is_of_ones_class() -> None:
    features = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    near, far = math.exp(1.0 / TEMPERATURE), 1.0  # each is like one of the other class, unlike the two others
    assert float(contrast(features, CLASSES)) == pytest.approx(math.log((near + 2.0 * far) / far), rel=1e-5)


def test_only_angles_count_and_parted_classes_cost_next_to_nothing() -> None:
    apart = torch.tensor([[1.0, 0.1], [5.0, 0.5], [-1.0, 0.1], [-3.0, 0.3]])
    mixed = apart[[0, 2, 1, 3]]
    assert float(contrast(apart, CLASSES)) < 1e-3 < 1.0 < float(contrast(mixed, CLASSES))
    torch.testing.assert_close(
        contrast(apart, CLASSES), contrast(apart * torch.tensor([[9.0], [0.5], [3.0], [1.0]]), CLASSES)
    )


def test_a_sample_that_is_alone_in_its_class_and_one_alone_in_all_teach_nothing() -> None:
    features = torch.randn(3, 4, requires_grad=True)
    for number in (1, 3):
        (slope,) = torch.autograd.grad(contrast(features[:number], torch.eye(3)[:number]), features)
        assert torch.isfinite(slope).all()
        assert float(slope.abs().max()) == 0.0
