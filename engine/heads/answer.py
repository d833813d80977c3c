"""What a head's scores become: shares of classes, a probability for each class, or numbers."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

import numpy as np

from engine.arrays import FloatArray
from engine.task import Kind


class Answer(StrEnum):
    """The last step of a head, on scores [n, K]."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"
    NUMBER = "number"

    @classmethod
    def of(cls, kind: Kind) -> Self:
        """Return the answer that a kind of task asks for."""
        names = {Kind.MULTICLASS: "softmax", Kind.MULTILABEL: "sigmoid", Kind.REGRESSION: "number"}
        return cls(names[kind])

    def apply(self, scores: FloatArray) -> FloatArray:
        """Return scores [n, K] as answers; NaN rows stay NaN."""
        if self is Answer.NUMBER:
            return scores
        return softmax(scores) if self is Answer.SOFTMAX else sigmoid(scores)


def softmax(scores: FloatArray) -> FloatArray:
    """Return the softmax over the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: FloatArray = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def sigmoid(scores: FloatArray) -> FloatArray:
    """Return ``1 / (1 + exp(-scores))``, of scores of any size."""
    chances: FloatArray = 0.5 + 0.5 * np.tanh(0.5 * scores)
    return chances
