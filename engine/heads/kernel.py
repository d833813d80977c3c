"""The head that a member carries: plain arrays and the few operations that turn features into answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import numpy as np

from engine.arrays import Float32Array, FloatArray
from engine.errors import ModelError
from engine.heads.answer import Answer

F = TypeVar("F", Float32Array, FloatArray)
_NAMES = ("mean", "scale", "landmarks", "weight", "bias")


@dataclass(frozen=True)
class KernelHead:
    """A Gaussian kernel machine on standardised features.

    For a row ``x`` of features::

        z = (sqrt(x + root) - mean) * scale        (``root`` is 0.001 or so; where it is None: z = (x - mean) * scale)
        k = exp(-max(|z|² + |c|² - 2 z·c, 0))       for each landmark c, a row of ``landmarks``
        s = k @ weight + bias
        softmax(s), sigmoid(s) or s                 by ``answer``

    The kernel's width is part of ``scale`` and ``landmarks``, how sure the answers are of ``weight`` and ``bias``.
    Shapes: mean, scale [d]; landmarks [m, d]; weight [m, K]; bias [K]; all float32, computed in float64.
    """

    root: float | None
    answer: Answer
    mean: Float32Array
    scale: Float32Array
    landmarks: Float32Array
    weight: Float32Array
    bias: Float32Array

    def predict(self, features: Float32Array) -> FloatArray:
        """Return [n, K] for features [n, d]: probabilities, or values."""
        z = (rooted(features, self.root) - self.mean) * self.scale
        kernel = np.exp(-squared_distances(z, self.landmarks.astype(np.float64)))
        scores: FloatArray = kernel @ self.weight.astype(np.float64) + self.bias
        return self.answer.apply(scores)

    def arrays(self) -> dict[str, Float32Array]:
        """Return the arrays by name, as :meth:`from_arrays` takes them."""
        return {name: np.ascontiguousarray(getattr(self, name)) for name in _NAMES}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Float32Array], root: float | None, answer: Answer) -> Self:
        """Rebuild from :meth:`arrays`.

        Raises:
            ModelError: an array is missing or of a wrong shape.
        """
        try:
            head = cls(root, answer, *(np.asarray(arrays[name], dtype=np.float32) for name in _NAMES))
            (features,), (marks, width), (rows, outputs) = head.mean.shape, head.landmarks.shape, head.weight.shape
        except (KeyError, ValueError) as error:
            raise ModelError(f"The head of a model part is damaged: {error}. Train again.") from error
        if (features, marks, (outputs,)) != (width, rows, head.bias.shape) or head.scale.shape != head.mean.shape:
            raise ModelError("The head of a model part is damaged: its arrays do not fit each other. Train again.")
        return head

    def write(self, path: Path) -> None:
        """Write the arrays as safetensors."""
        from safetensors.numpy import save_file

        save_file(self.arrays(), path)

    @classmethod
    def read(cls, path: Path, root: float | None, answer: Answer) -> Self:
        """Read what :meth:`write` wrote.

        Raises:
            ModelError: the file is missing or damaged.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            arrays = load_file(path)
        except (OSError, SafetensorError) as error:
            raise ModelError(f"{path.name} of the model cannot be read: {error}. Train again.") from error
        return cls.from_arrays(arrays, root, answer)


def rooted(features: Float32Array, root: float | None) -> FloatArray:
    """Return features as float64, under a square root shifted by ``root`` so that it is smooth at 0."""
    values = features.astype(np.float64)
    return values if root is None else np.sqrt(np.maximum(values, 0.0) + root)


def squared_distances(left: F, right: F) -> F:
    """Return squared distances [n, m] between the rows of ``left`` [n, d] and ``right`` [m, d], as precise as these."""
    cross: F = left @ right.T
    cross *= -2.0
    cross += np.einsum("nd,nd->n", left, left)[:, None]
    cross += np.einsum("md,md->m", right, right)[None, :]
    return np.maximum(cross, 0.0, out=cross)
