"""What the fine-tunes share: pictures, steps, and a plan that ends within the budget.

The resolution is the largest at which measured steps let three passes end in time: where those measured at one do not,
it is a smaller one. Then they learn until the time is over, which may be in the middle of a pass, but through one whole
cycle of rates, as it goes by the clock; after thirty passes they end before that.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from tests.benchmarks.peers import common
from tests.benchmarks.peers.pictures import pictures, read, tensor, use_all_cores

SIDES = (224, 192, 160, 128, 96, 64)
WANTED, MOST = 3, 30
BATCH = 32
_MARGIN = 1.12  # pictures are a little larger than what is cut out of them
_TRIED = 128  # the resolution at which steps are timed first
_STEPS, _FILES = 3, 16  # that are timed
_ANSWERED = 0.6  # of what learning takes; it is less than half
_SPARE_S, _SPARE = 2.0, 0.02  # seconds to end, and a share of the budget

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Cycle:
    """One cycle along cosines: rates up for ``rising`` of it from ``first`` of the peak, then down to ``last`` of it.

    ``momenta`` are those at both ends and at the peak; without them the optimiser's own stays.
    """

    rising: float
    first: float
    last: float
    momenta: tuple[float, float] | None = None

    def rate(self, done: float) -> float:
        """Return the share of the peak when ``done`` of the cycle is over."""
        return self._along(done, self.first, 1.0, self.last)

    def momentum(self, done: float) -> float | None:
        """Return the momentum when ``done`` of the cycle is over."""
        return self.momenta and self._along(done, self.momenta[0], self.momenta[1], self.momenta[0])

    def _along(self, done: float, first: float, middle: float, last: float) -> float:
        if done < self.rising:
            return _cosine(done / self.rising, first, middle)
        return _cosine((done - self.rising) / (1 - self.rising), middle, last)


def _cosine(done: float, first: float, last: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * done)) / 2


@dataclass
class Trainer:
    """One model on one set of pictures [n, large, large, 3] with ``codes``; ``left()`` seconds are there to learn."""

    model: nn.Module
    pixels: Any
    codes: torch.Tensor
    side: int
    flips: bool
    rng: np.random.Generator
    left: Callable[[], float]
    clock: Callable[[], float] = time.monotonic
    made: int = 0

    @property
    def pass_steps(self) -> int:
        """How many steps a pass has, without a last batch too small to normalise."""
        full, rest = divmod(len(self.pixels), BATCH)
        return full + (rest > 1)

    def batches(self) -> Iterator[Any]:
        """Yield rows without end, all pictures of a pass in a new order."""
        while True:
            rows = self.rng.permutation(len(self.pixels))
            yield from (rows[number * BATCH : (number + 1) * BATCH] for number in range(self.pass_steps))

    def step(self, rows: Any, optimizer: torch.optim.Optimizer) -> None:
        """Learn from a few pictures, each cut and mirrored at random."""
        places = self.rng.integers(0, self.pixels.shape[1] - self.side + 1, (len(rows), 2))
        cuts = [
            self.pixels[row, top : top + self.side, left : left + self.side]
            for row, (top, left) in zip(rows, places, strict=True)
        ]
        cut = np.stack(cuts)
        mirrored = self.rng.random(len(rows)) < (0.5 if self.flips else 0.0)
        cut[mirrored] = cut[mirrored, :, ::-1]
        logits, codes = self.model(tensor(cut)), self.codes[rows]
        several = codes.ndim == 2
        losses = nn.functional.binary_cross_entropy_with_logits if several else nn.functional.cross_entropy
        optimizer.zero_grad()
        torch.autograd.backward(losses(logits, codes.float() if several else codes))
        optimizer.step()
        self.made += 1

    def fit(self, passes: int, seconds: float, optimizer: torch.optim.Optimizer, cycle: Cycle) -> None:
        """Learn along one whole cycle of so many passes, or of so many seconds where these are over before.

        Each group of the optimiser has its rate at the peak as ``peak``.
        """
        self.model.train()
        since = self.clock()
        for number, rows in enumerate(self.batches()):
            done = max(number / (passes * self.pass_steps), (self.clock() - since) / max(seconds, 1e-3))
            if done >= 1:
                return
            rate, momentum = cycle.rate(done), cycle.momentum(done)
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * rate
                if momentum is not None:
                    group["betas"] = (momentum, group["betas"][1])
            self.step(rows, optimizer)

    def seconds(self) -> float:
        """Return what one step takes now, without changing the model."""
        kept = {name: value.clone() for name, value in self.model.state_dict().items()}
        optimizer, rows = torch.optim.AdamW(self.model.parameters(), 0.0), np.arange(min(BATCH, len(self.pixels)))
        self.model.train()
        self.step(rows, optimizer)
        spent = []
        for _ in range(_STEPS):
            since = time.monotonic()
            self.step(rows, optimizer)
            spent.append(time.monotonic() - since)
        self.model.load_state_dict(kept)
        return float(np.median(spent))


@dataclass(frozen=True)
class Plan:
    """What learning at ``side`` pixels takes.

    ``step_s`` for each batch, ``read_s`` for each file, and ``before`` passes' time for what comes ahead of the passes.
    """

    side: int
    step_s: float
    job: common.Job
    read_s: float
    before: float

    @property
    def reserve_s(self) -> float:
        """Seconds to read the test part, to answer and to end."""
        answered = len(self.job.test.ids) * (self.read_s + _ANSWERED * self.step_s / BATCH)
        return answered + _SPARE_S + _SPARE * self.job.budget_s

    @property
    def passes(self) -> float:
        """How many passes fit into the time that is left."""
        samples = len(self.job.train.ids)
        to_learn = self.job.left - self.reserve_s - samples * self.read_s
        return to_learn / (samples * self.step_s / BATCH) - self.before

    def at(self, side: int) -> Plan:
        """Return what it would take at another resolution."""
        return Plan(side, self.step_s * (side / self.side) ** 2, self.job, self.read_s, self.before)


def planned(timed: Callable[[int], Plan]) -> Plan:
    """Return the plan for the largest resolution at which enough passes fit, by steps that ``timed`` measures there."""
    plan, sides = timed(_TRIED), list(SIDES)
    while True:
        side = next((side for side in sides if plan.at(side).passes >= WANTED), SIDES[-1])
        plan = plan if side == plan.side else timed(side)
        if plan.passes >= WANTED or side == SIDES[-1]:
            return plan
        sides = [smaller for smaller in sides if smaller < side]


def _timed(model: nn.Module, job: common.Job, side: int, read_s: float, before: float) -> Plan:
    noise = np.random.default_rng(0).integers(0, 255, (BATCH, side, side, 3), dtype=np.uint8)
    codes = torch.from_numpy(job.codes[np.arange(BATCH) % len(job.codes)])
    trainer = Trainer(model, noise, codes, side, False, np.random.default_rng(0), lambda: math.inf)
    return Plan(side, trainer.seconds(), job, read_s, before)


def _reading_s(job: common.Job) -> float:
    files = job.train.files
    chosen = files[:: max(1, len(files) // _FILES)]
    read(chosen[:1], job.case.modality, SIDES[0])  # the first call imports and makes filters
    since = time.monotonic()
    read(chosen, job.case.modality, SIDES[0])
    return (time.monotonic() - since) / len(chosen)


def run(create: Callable[[int], M], learn: Callable[[M, Trainer], None], before: float) -> None:
    """Plan, learn, predict, write: ``create`` a model of so many outputs, and let it ``learn`` while time is left.

    ``before`` is the time, in passes, that ``learn`` takes for what comes ahead of its passes.
    """
    job = common.job()
    use_all_cores()
    torch.manual_seed(job.seed)
    model = create(len(job.classes))
    read_s = _reading_s(job)
    plan = planned(lambda side: _timed(model, job, side, read_s, before))
    side, photos = plan.side, job.case.modality == "image"
    pixels, rng = pictures(job, "train", round(_MARGIN * side)), np.random.default_rng(job.seed)
    codes = torch.from_numpy(job.codes)
    trainer = Trainer(model, pixels, codes, side, photos, rng, lambda: job.left - plan.reserve_s)
    learn(model, trainer)
    job.notes["settings"] = f"{side} pixels, {trainer.made / trainer.pass_steps:.1f} passes"
    since = time.monotonic()
    answers = _answers(model, pictures(job, "test", side), job.case.kind == "multilabel")
    size = sum(value.numel() * value.element_size() for value in model.state_dict().values()) / common.MEGABYTE
    job.measured(since)
    job.weighs(size)
    job.write(answers)


def _answers(model: nn.Module, pixels: Any, several: bool) -> Any:
    model.eval()
    with torch.inference_mode():
        logits = torch.cat([model(tensor(pixels[at : at + 64])) for at in range(0, len(pixels), 64)]).double()
    return (logits.sigmoid() if several else logits.softmax(dim=1)).numpy()
