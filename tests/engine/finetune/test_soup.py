"""Weights of several moments, averaged where that is better."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.finetune.soup import Soup

AIM = 1.0


def error_of(weights: dict[str, Tensor]) -> float:
    return abs(float(weights["w"]) - AIM)


def stirred(places: list[float], restarts: bool = False) -> tuple[float, int]:
    """Return the least error of all that was checked, and how many mixtures that were."""
    soup, least, mixtures = Soup(), np.inf, 0
    mixture: dict[str, Tensor] | None = None
    for turn, place in enumerate(places):
        weights = {"w": torch.tensor(place)}
        mixture = soup.heard(error_of(weights), weights, last=turn == len(places) - 1)
        least = min(least, error_of(weights))
        assert mixture is None or turn == len(places) - 1
    while mixture is not None:
        mixtures += 1
        least = min(least, error_of(mixture))
        if restarts:
            tensors, numbers = soup.tensors(), json.loads(json.dumps(soup.numbers()))
            soup = Soup()
            soup.restore(tensors, numbers)
        mixture = soup.heard(error_of(mixture), mixture, last=True)
    return least, mixtures


def test_half_way_between_two_moments_may_be_best() -> None:
    least, mixtures = stirred([0.4, 1.6])
    assert (round(least, 5), mixtures) == (0.0, 1)


def test_who_makes_the_mixture_worse_stays_out_of_the_next() -> None:
    # 0.8 is best; with 1.3 it is 1.05, which stays; with 9.0 it would be far off, with 0.4 it is 0.83
    least, mixtures = stirred([0.4, 9.0, 1.3, 0.8])
    assert (round(least, 3), mixtures) == (0.05, 3)


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=5))
def test_it_ends_never_worse_than_the_best_moment_and_a_restart_changes_nothing(places: list[float]) -> None:
    least, mixtures = stirred(places)
    assert least <= min(abs(place - AIM) for place in places) + 1e-6
    assert mixtures == len(places) - 1
    assert stirred(places, restarts=True)[0] == pytest.approx(least, abs=1e-6)


def test_later_steps_do_not_change_what_was_collected() -> None:
    soup, weights = Soup(), {"w": torch.tensor(0.4)}
    soup.heard(0.6, weights, last=False)
    weights["w"].fill_(1.6)
    mixture = soup.heard(0.6, weights, last=True)
    assert mixture is not None
    assert float(mixture["w"]) == pytest.approx(1.0)
