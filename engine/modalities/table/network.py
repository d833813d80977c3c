"""Small networks for tables, one for each fold, trained side by side as one batch of matrix products.

Each network is a TabM-mini (Gorishniy et al. 2024, arXiv 2410.24210): ``members`` copies of one small perceptron that
share its hidden weights, see the inputs with other signs, and answer by heads of their own. Numbers come as they are
and as waves (the PBLD embeddings of RealMLP, arXiv 2407.04491), categories as learned vectors.

Weights by name, all float32, the first axis being the fold (F):

* ``table-i`` [F, codes, width]: the vectors of the i-th category column;
* ``wave`` and ``phase`` [F, d, waves], ``mix`` [F, d, waves, 3], ``mixed`` [F, d, 3]: of number z come ``mixed +
  cos(2π z wave + phase) @ mix``;
* ``scale`` [F, w], ``sign`` [F, members, w]: what the w inputs are multiplied by, in the order numbers, waves, gaps,
  categories;
* ``weight-i`` [F, from, to] and ``bias-i`` [F, to]: the hidden layers, with ``x * sigmoid(x)`` after each;
* ``head`` [F, members, hidden, outputs] and ``head-bias`` [F, members, outputs].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

WIDEST_CODE = 8
WAVES, MIXED = 16, 3
_FREQUENCY = 1.0  # RealMLP's 0.1 sees too little in maps: the error on 10,864 houses rose by a sixth
_MOST_NUMBERS = 300  # a number column more gets no waves, which would cost more than all else


@dataclass(frozen=True)
class Shape:
    """How large the networks are. ``codes`` says how many codes each category column has."""

    folds: int
    members: int
    hidden: int
    layers: int
    numbers: int
    gaps: int
    codes: tuple[int, ...]
    outputs: int

    @property
    def waves(self) -> bool:
        """Whether numbers also come as waves."""
        return 0 < self.numbers <= _MOST_NUMBERS

    @property
    def width(self) -> int:
        """How many inputs there are."""
        numbers = self.numbers * (1 + MIXED * self.waves)
        return numbers + self.gaps + sum(min(WIDEST_CODE, count) for count in self.codes)


def fresh(shape: Shape, seed: int) -> dict[str, Tensor]:
    """Return new weights; categories with few values begin as indicators."""
    source = torch.Generator().manual_seed(seed)
    folds = shape.folds
    weights: dict[str, Tensor] = {}

    def even(*size: int, bound: float) -> Tensor:
        return (torch.rand(folds, *size, generator=source) * 2 - 1) * bound

    for place, count in enumerate(shape.codes):
        weights[f"table-{place}"] = _table(folds, count, source)
    if shape.waves:
        d, root = shape.numbers, WAVES**-0.5
        weights["wave"] = torch.randn(folds, d, WAVES, generator=source) * _FREQUENCY
        weights["phase"] = even(d, WAVES, bound=math.pi)
        weights |= {"mix": even(d, WAVES, MIXED, bound=root), "mixed": even(d, MIXED, bound=root)}
    weights["scale"] = torch.ones(folds, shape.width)
    signs = torch.rand(folds, shape.members, shape.width, generator=source) < 0.5
    weights["sign"] = torch.where(signs, -1.0, 1.0) if shape.members > 1 else torch.ones(folds, 1, shape.width)
    before = shape.width
    for layer in range(shape.layers):
        root = max(1, before) ** -0.5
        weights[f"weight-{layer}"] = even(before, shape.hidden, bound=root)
        weights[f"bias-{layer}"] = even(shape.hidden, bound=root)
        before = shape.hidden
    weights["head"] = even(shape.members, before, shape.outputs, bound=before**-0.5)
    weights["head-bias"] = torch.zeros(folds, shape.members, shape.outputs)
    return weights


def _table(folds: int, count: int, source: torch.Generator) -> Tensor:
    if count <= WIDEST_CODE:
        return torch.eye(count).repeat(folds, 1, 1)
    table = torch.randn(folds, count, WIDEST_CODE, generator=source)
    table[:, -2] = 0.0  # unknown values say nothing until some were learned from
    return table


@dataclass(frozen=True)
class Inputs:
    """Rows, each fold its own: ``numbers`` [F, n, d], ``gaps`` [F, n, g], ``codes`` [F, n, c] (int64)."""

    numbers: Tensor
    gaps: Tensor
    codes: Tensor

    def at(self, rows: Tensor) -> Inputs:
        """Return the rows [F, n] of inputs that all folds share (their first axis is 1)."""
        return Inputs(self.numbers[0][rows], self.gaps[0][rows], self.codes[0][rows])

    def to(self, device: str) -> Inputs:
        """Return them on a device."""
        return Inputs(self.numbers.to(device), self.gaps.to(device), self.codes.to(device))


def outputs(weights: dict[str, Tensor], inputs: Inputs, keep: list[Tensor] | None = None) -> Tensor:
    """Return raw outputs [F, n, members, outputs]; ``keep`` are factors on what leaves each hidden layer."""
    x = _joined(weights, inputs) * weights["scale"][:, None]
    folds, rows = x.shape[:2]
    members = weights["sign"].shape[1]
    x = (x[:, :, None] * weights["sign"][:, None]).flatten(1, 2)
    for layer in range(sum(name.startswith("weight-") for name in weights)):
        x = torch.baddbmm(weights[f"bias-{layer}"][:, None], x, weights[f"weight-{layer}"])
        x = functional.silu(x)
        if keep is not None:
            x = x * keep[layer]
    each = x.view(folds, rows, members, -1).transpose(1, 2)  # [F, members, n, hidden]
    said = each @ weights["head"] + weights["head-bias"][:, :, None]
    return said.transpose(1, 2)


def _joined(weights: dict[str, Tensor], inputs: Inputs) -> Tensor:
    z = inputs.numbers
    parts = [z]
    if "wave" in weights:
        waves = torch.cos(2 * math.pi * z[..., None] * weights["wave"][:, None] + weights["phase"][:, None])
        mixed = torch.einsum("fnde,fdeo->fndo", waves, weights["mix"]) + weights["mixed"][:, None]
        parts.append(mixed.flatten(2))
    parts.append(inputs.gaps)
    folds = torch.arange(z.shape[0], device=z.device)[:, None]
    parts += [weights[f"table-{place}"][folds, inputs.codes[:, :, place]] for place in range(inputs.codes.shape[2])]
    return torch.cat(parts, dim=2)
