"""What a learner predicts inside, and the way back to probabilities or to the person's numbers.

A classifier's raw outputs z [n, K] become probabilities by softmax. With two classes z is the one log-odds of class 1,
shape [n, 1], and the probabilities are (1 - p, p) with p = 1 / (1 + exp(-z)). Where a sample may have any number of
classes, z [n, K] are log-odds and each has its own p. A regression's raw output becomes
``z * scale + shift``, and ``exp`` of that where the target was learned as a logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.task import Kind, Task

SKEWED = 1.0
_FACTORS = (0.5, 2.0)
_CLASSIFIERS = ("sigmoid", "softmax", "sigmoids")
_NUMBERS = ("identity", "exp")


@dataclass(frozen=True, slots=True)
class Link:
    """The way from raw outputs to predictions.

    ``name`` is ``sigmoid``, ``softmax``, ``sigmoids``, ``identity`` or ``exp``.
    """

    name: str
    scale: float = 1.0
    shift: float = 0.0

    @classmethod
    def fit(cls, task: Task, labels: FloatArray, logarithm: bool = True) -> Self:
        """Choose the link for ``labels`` [n].

        A regression target is centred and scaled; with ``logarithm`` one that is positive and skewed to the right is
        learned as its logarithm.
        """
        if task.kind is Kind.MULTILABEL:
            return cls("sigmoids")
        if task.kind is Kind.MULTICLASS:
            return cls("sigmoid" if task.outputs == 2 else "softmax")
        use_log = logarithm and _is_skewed(labels)
        values = np.log(labels) if use_log else labels
        scale = float(values.std())
        return cls("exp" if use_log else "identity", scale if scale > 0 else 1.0, float(values.mean()))

    @property
    def is_classifier(self) -> bool:
        """Whether predictions are probabilities."""
        return self.name in _CLASSIFIERS

    @property
    def many(self) -> bool:
        """Whether a sample may have any number of classes; labels are then 0 and 1, [n, classes]."""
        return self.name == "sigmoids"

    def raw_targets(self, labels: FloatArray) -> FloatArray:
        """Return what to learn for ``labels``: classes as they are, or scaled target values [n]."""
        if self.is_classifier:
            return labels
        values = np.log(labels) if self.name == "exp" else labels
        return (values - self.shift) / self.scale

    def apply(self, raw: FloatArray) -> FloatArray:
        """Return predictions for raw outputs, both [n, outputs] (raw is [n, 1] for two classes)."""
        if self.name in ("sigmoid", "sigmoids"):
            positive = 1.0 / (1.0 + np.exp(-np.clip(raw, -700.0, 700.0)))
            return np.asarray(positive) if self.many else np.concatenate([1.0 - positive, positive], axis=1)
        if self.name == "softmax":
            shares = np.exp(raw - raw.max(axis=1, keepdims=True))
            return np.asarray(shares / shares.sum(axis=1, keepdims=True))
        values = raw * self.scale + self.shift
        return np.asarray(np.exp(values)) if self.name == "exp" else values

    def levelled(self, labels: FloatArray, predictions: FloatArray) -> tuple[Link, FloatArray]:
        """Bring what is learned as a logarithm to the level of the labels; return the link and the predictions.

        Such a model answers about the median, which lies below the mean where the target is skewed. All answers are
        multiplied with the one factor that gives the least squared error (in the manner of Duan's smearing, 1983).

        Args:
            labels: of all samples, [n].
            predictions: out-of-sample predictions [n, 1], NaN where there is none.
        """
        known = np.isfinite(predictions[:, 0])
        top = float(predictions[known, 0].max(initial=0.0))
        if self.name != "exp" or not 0.0 < top < np.inf:
            return self, predictions
        wanted, told = labels[known] / top, predictions[known, 0] / top
        factor = float(np.clip(wanted @ told / (told @ told), *_FACTORS))
        return replace(self, shift=self.shift + float(np.log(factor))), predictions * factor

    def loss(self, labels: FloatArray, predictions: FloatArray) -> float:
        """Return the mean loss to stop by: log-loss, or squared error in units of ``scale``."""
        if self.many:
            chosen = np.where(labels > 0.5, predictions, 1.0 - predictions)
            return float(-np.log(np.maximum(chosen, 1e-15)).mean())
        if self.is_classifier:
            chosen = predictions[np.arange(len(labels)), labels.astype(np.int64)]
            return float(-np.log(np.maximum(chosen, 1e-15)).mean())
        if self.name == "exp":
            return float(((predictions[:, 0] - labels) ** 2).mean() / max(float(labels.var()), 1e-300))
        return float((((predictions[:, 0] - labels) / self.scale) ** 2).mean())

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from :meth:`to_json`.

        Raises:
            ModelError: a field is missing or holds an unknown word.
        """
        try:
            link = cls(str(data["name"]), float(data["scale"]), float(data["shift"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The model's output cannot be read: {error!r}.") from error
        if link.name not in _CLASSIFIERS + _NUMBERS:
            raise ModelError(
                f"The model has an output of an unknown kind ({link.name!r}). Open it with a newer version."
            )
        return link


def _is_skewed(labels: FloatArray) -> bool:
    if labels.size == 0 or labels.min() <= 0:
        return False
    return _skewness(labels) > max(SKEWED, abs(_skewness(np.log(labels))))


def _skewness(values: FloatArray) -> float:
    deviation = float(values.std())
    return float((((values - values.mean()) / deviation) ** 3).mean()) if deviation > 0 else 0.0
