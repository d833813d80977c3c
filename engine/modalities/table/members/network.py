"""Small networks, one for each fold, computed without torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.errors import ModelError
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.scaling import Scaling
from engine.modalities.table.target import Link
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

_FILE = "network.safetensors"
_SCALING = ("numbers", "middle", "scale", "gaps")
_CHUNK = 1024


class NetworkMember(Member):
    """The mean over folds and copies of what their networks answer, all in float64.

    ``weights`` are those that :mod:`engine.modalities.table.network` describes. For a number the copies' raw outputs
    are averaged, for classes their probabilities.
    """

    kind: ClassVar[str] = "table.network"

    def __init__(
        self, encoder: TableEncoder, scaling: Scaling, weights: Mapping[str, Float32Array], link: Link
    ) -> None:
        self.encoder = encoder
        self.scaling = scaling
        self.weights = dict(weights)
        self.link = link

    @property
    def folds(self) -> int:
        """How many networks there are."""
        return len(self.weights["scale"])

    @property
    def layers(self) -> int:
        """How many hidden layers each has."""
        return sum(name.startswith("weight-") for name in self.weights)

    @override
    def predict(self, samples: Samples) -> FloatArray:
        assert isinstance(samples, TableSamples)
        encoded = samples.encoded(self.encoder)
        width = self.weights["head"].shape[3]
        total = np.zeros((len(encoded), 2 if self.link.name == "sigmoid" else width))
        for fold in range(self.folds):
            weights = {name: array[fold].astype(np.float64) for name, array in self.weights.items()}
            for start in range(0, len(encoded), _CHUNK):
                rows = slice(start, start + _CHUNK)
                total[rows] += self._answers(weights, encoded[rows])
        return total / self.folds

    def _answers(self, weights: Mapping[str, FloatArray], encoded: FloatArray) -> FloatArray:
        codes = encoded[:, self.encoder.categories].astype(np.int64)
        x = _joined(weights, self.scaling.scaled(encoded), self.scaling.missing(encoded), codes)
        x = (x * weights["scale"])[None] * weights["sign"][:, None]  # [members, n, inputs]
        for layer in range(self.layers):
            x = x @ weights[f"weight-{layer}"] + weights[f"bias-{layer}"]
            x /= 1.0 + np.exp(-np.maximum(x, -700.0))
        raw = x @ weights["head"] + weights["head-bias"][:, None]
        return together(self.link, raw)

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        arrays = {name: np.ascontiguousarray(array) for name, array in self.weights.items()}
        arrays |= {f"scaling.{name}": np.ascontiguousarray(getattr(self.scaling, name)) for name in _SCALING}
        save_file(arrays, folder / _FILE)
        return {"encoder": self.encoder.to_json(), "link": self.link.to_json()}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            arrays = load_file(folder / _FILE)
            encoder = TableEncoder.from_json(settings["encoder"])
            scaling = Scaling(**{name: arrays.pop(f"scaling.{name}") for name in _SCALING})
            return cls(encoder, scaling, arrays, Link.from_json(settings["link"]))
        except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ModelError(f"A part of the model is missing or damaged: {error!r}.") from error


def together(link: Link, raw: FloatArray) -> FloatArray:
    """Return predictions [n, outputs] of the copies' raw outputs [members, n, raw outputs]."""
    if not link.is_classifier:
        return link.apply(raw.mean(axis=0))
    members, rows, width = raw.shape
    return np.asarray(link.apply(raw.reshape(-1, width)).reshape(members, rows, -1).mean(axis=0))


def _joined(weights: Mapping[str, FloatArray], z: FloatArray, gaps: FloatArray, codes: IntArray) -> FloatArray:
    parts = [z]
    if "wave" in weights:
        waves = np.cos(2 * np.pi * z[..., None] * weights["wave"] + weights["phase"])
        mixed = np.einsum("nde,deo->ndo", waves, weights["mix"]) + weights["mixed"]
        parts.append(mixed.reshape(len(z), -1))
    parts.append(gaps)
    parts += [weights[f"table-{place}"][codes[:, place]] for place in range(codes.shape[1])]
    return np.concatenate(parts, axis=1)
