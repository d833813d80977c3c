"""A head to begin with: linear, in closed form, on what the pretrained network sees.

A network that starts with a random head first unlearns what it knew; one that starts with a fitted head does not.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.finetune.targets import Targets
from engine.task import Kind

_NOTHING = 1e-10
_PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0)


def warm(head: nn.Linear, features: Float32Array, targets: Targets, rows: IntArray) -> None:
    """Set ``head`` to a ridge regression from features [len(rows), d] to the targets of ``rows``.

    With ``X`` standardised, ``X^T X = V S V^T`` and ``Z = X V``, the answers of the machine trained without row i are
    ``(p_i - h_i y_i) / (1 - h_i)`` with ``h = sum(Z^2 / (S + penalty))``; they choose the penalty and the sharpness of
    probabilities. The standardisation is folded into the weights.
    """
    mean, scale = features.mean(axis=0, dtype=np.float64), 1.0 / (features.std(axis=0, dtype=np.float64) + 1e-3)
    inputs = (features - mean) * scale
    wanted = targets.values[rows].astype(np.float64)
    middle = wanted.mean(axis=0)
    values, vectors, turned = _axes(inputs)
    best: tuple[float, FloatArray, FloatArray] | None = None
    for penalty in _PENALTIES:
        shrunk = 1.0 / (values + penalty * len(rows))
        weight = shrunk[:, None] * (turned.T @ (wanted - middle))
        own = np.minimum((turned**2) @ shrunk + 1.0 / len(rows), 0.999)[:, None]
        unseen = (turned @ weight + middle - own * wanted) / (1.0 - own)
        error = float(np.mean((unseen - wanted) ** 2))
        if best is None or error < best[0]:
            best = (error, vectors @ weight, unseen)
    assert best is not None
    _, weight, unseen = best
    centre = 0.0 if targets.kind is not Kind.MULTILABEL else 0.5
    sharpness = targets.sharpness(unseen - centre, rows)
    weight = weight * scale[:, None] * sharpness
    bias = (middle - centre) * sharpness - mean @ weight
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(weight.T))
        head.bias.copy_(torch.from_numpy(bias))


def _axes(inputs: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return eigenvalues [m] above zero and eigenvectors [d, m] of ``X^T X``, and ``X`` turned to these axes [n, m].

    Where samples are fewer than features, ``X X^T`` is the smaller problem with the same answer. PyTorch's solver takes
    a sixth of the time of NumPy's.
    """
    rows, features = inputs.shape
    few = rows < features
    square = inputs @ inputs.T if few else inputs.T @ inputs
    found = torch.linalg.eigh(torch.from_numpy(square))
    values, vectors = found.eigenvalues.numpy(), found.eigenvectors.numpy()
    known = values > _NOTHING * max(values[-1], 1.0)
    values, vectors = values[known], vectors[:, known]
    if few:
        turned: FloatArray = vectors * np.sqrt(values)
        return values, inputs.T @ vectors / np.sqrt(values), turned
    return values, vectors, inputs @ vectors
