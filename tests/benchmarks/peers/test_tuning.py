from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.benchmarks.peers import run_finetune
from tests.benchmarks.peers.tuning import MOST, WANTED, Cycle, Plan, Trainer, planned

CYCLE = Cycle(rising=0.25, first=0.1, last=0.01, momenta=(0.95, 0.85))


def _timed(step_s: dict[int, float]) -> tuple[Callable[[int], Plan], list[int]]:
    """Return what measures steps at a resolution, 320 photos and 100 seconds being there, and where it was asked."""
    job: Any = SimpleNamespace(left=100.0, budget_s=100.0, train=_part(320), test=_part(0))
    asked: list[int] = []

    def timed(side: int) -> Plan:
        asked.append(side)
        return Plan(side, step_s[side], job, read_s=0.0, before=0.0)

    return timed, asked


def _part(samples: int) -> SimpleNamespace:
    return SimpleNamespace(ids=range(samples))


def test_the_most_pixels_at_which_three_passes_end_are_chosen() -> None:
    timed, asked = _timed({128: 1.2, 192: 2.7})
    assert planned(timed).side == 192
    assert asked == [128, 192]


def test_where_measured_steps_are_slower_than_expected_there_are_fewer_pixels() -> None:
    timed, asked = _timed({128: 1.2, 192: 4.0, 160: 3.5})
    plan = planned(timed)
    assert plan.passes >= WANTED
    assert (plan.side, asked) == (128, [128, 192, 160, 128])


def test_where_nothing_is_quick_enough_the_fewest_pixels_are_taken() -> None:
    timed, asked = _timed({128: 20.0, 64: 6.0})
    assert planned(timed).side == 64
    assert asked == [128, 64]


def test_what_is_read_and_answered_is_not_there_to_learn() -> None:
    job: Any = SimpleNamespace(left=100.0, budget_s=100.0, train=_part(320), test=_part(160))
    free = Plan(64, 1.0, job, read_s=0.0, before=0.0)
    assert free.reserve_s == pytest.approx(160 * 0.6 / 32 + 4)
    assert free.passes == pytest.approx((100 - free.reserve_s) / 10)
    read = Plan(64, 1.0, job, read_s=0.1, before=0.5)
    assert read.passes == pytest.approx((100 - free.reserve_s - 48) / 10 - 0.5)


def test_a_cycle_is_that_of_pytorch() -> None:
    optimizer = torch.optim.AdamW([torch.zeros(1)], 1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1.0, total_steps=41, pct_start=0.275, div_factor=10, final_div_factor=10
    )  # which reaches its peak after 0.275 * 41 - 1 steps of 40
    ours = Cycle(rising=(0.275 * 41 - 1) / 40, first=0.1, last=0.01, momenta=(0.95, 0.85))
    for step in range(41):
        assert ours.rate(step / 40) == pytest.approx(optimizer.param_groups[0]["lr"])
        assert ours.momentum(step / 40) == pytest.approx(optimizer.param_groups[0]["betas"][0])
        if step < 40:
            optimizer.step()
            theirs.step()


class _Noting(torch.optim.SGD):
    """Notes the rates at which it is asked to step."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__([{"params": list(model.parameters()), "peak": 2.0, "betas": (0.9, 0.99)}], lr=1.0)
        self.rates: list[float] = []

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        self.rates.append(self.param_groups[0]["lr"])


def _trainer(clock: Callable[[], float]) -> Trainer:
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2))
    pixels, codes = np.zeros((65, 9, 9, 3), dtype=np.uint8), torch.zeros(65, dtype=torch.long)
    return Trainer(model, pixels, codes, 8, True, np.random.default_rng(0), lambda: 100.0, clock)


def test_learning_goes_through_the_whole_cycle_by_the_clock_and_may_end_within_a_pass() -> None:
    trainer = _trainer(itertools.count(0.0, 2.0).__next__)  # each look at the clock is two seconds later
    optimizer = _Noting(trainer.model)
    trainer.fit(MOST, 100.0, optimizer, CYCLE)
    assert trainer.pass_steps == 2, "the last picture is no batch"
    assert trainer.made == len(optimizer.rates) == 49
    assert max(optimizer.rates) == pytest.approx(2.0, rel=0.01)
    assert optimizer.rates[-1] == pytest.approx(0.02, rel=0.2)


def test_learning_ends_after_so_many_passes() -> None:
    trainer = _trainer(lambda: 0.0)
    optimizer = _Noting(trainer.model)
    trainer.fit(10, 100.0, optimizer, CYCLE)
    assert trainer.made == 20
    assert optimizer.rates[0] == pytest.approx(0.2)
    assert optimizer.rates[5] == pytest.approx(2.0)


def test_the_fine_tune_has_the_groups_and_the_head_of_fastai() -> None:
    model = run_finetune.Tuned(3)
    optimizer = model.optimizer()
    assert sum(len(group["params"]) for group in optimizer.param_groups) == len(list(model.parameters()))
    for group in optimizer.param_groups:
        assert {parameter.ndim > 1 for parameter in group["params"]} == {group["weight_decay"] > 0}
    first, last = model.head[2], model.head[6]
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)
    assert first.weight.std().item() == pytest.approx((2 / 2560) ** 0.5, rel=0.02)
    assert last.weight.std().item() == pytest.approx((2 / 512) ** 0.5, rel=0.1)

    run_finetune.at_peak(optimizer, [0.1, 0.2, 0.3])
    assert [group["peak"] for group in optimizer.param_groups] == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3]


def test_the_first_pass_of_the_fine_tune_has_a_frozen_body_at_a_tenth_of_the_rate() -> None:
    cycles: list[tuple[list[float], int, float]] = []
    trainer: Any = SimpleNamespace(left=lambda: 100.0)
    model = run_finetune.Tuned(3)

    def fit(passes: int, seconds: float, optimizer: torch.optim.Optimizer, cycle: Cycle) -> None:
        peaks = [group["peak"] for group in optimizer.param_groups[::2]]
        learning = sum(parameter.requires_grad for parameter in model.body.parameters() if parameter.ndim > 1)
        cycles.append((peaks, learning, cycle.rising))

    trainer.fit = fit
    run_finetune.learn(model, trainer)
    body = sum(parameter.ndim > 1 for parameter in model.body.parameters())
    assert cycles == [([2e-4, 2e-4, 2e-3], 0, 0.99), ([1e-5, 1e-4, 1e-3], body, 0.3)]
