"""A linear model over bent numbers and one weight for each category value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from typing_extensions import override

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.modalities.table.expansion import Expansion
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.target import Link
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

_FILE = "linear.safetensors"
_EXPANSION = ("numbers", "low", "high", "mean", "scale", "source", "knots")


class LinearMember(Member):
    """``link.apply(bias + design @ weights + sum over category columns of table[code])``, all in float64.

    The design matrix [n, width] is :class:`Expansion`'s; ``weights`` [width, outputs] and ``bias`` [outputs]; one table
    [m + 2, outputs] for each category column, in the order of ``encoder.categories``, indexed by the column's code.
    There is one output for two classes and for a number, else one a class.
    """

    kind: ClassVar[str] = "table.linear"

    def __init__(
        self,
        encoder: TableEncoder,
        expansion: Expansion,
        weights: FloatArray,
        bias: FloatArray,
        tables: Sequence[FloatArray],
        link: Link,
    ) -> None:
        self.encoder = encoder
        self.expansion = expansion
        self.weights = weights
        self.bias = bias
        self.tables = tuple(tables)
        self.link = link

    @override
    def predict(self, samples: Samples) -> FloatArray:
        assert isinstance(samples, TableSamples)
        encoded = samples.encoded(self.encoder)
        raw = self.expansion.design(encoded) @ self.weights + self.bias
        for place, table in zip(self.encoder.categories, self.tables, strict=True):
            raw += table[encoded[:, place].astype(np.int64)]
        return self.link.apply(raw)

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        arrays = {name: np.ascontiguousarray(getattr(self.expansion, name)) for name in _EXPANSION}
        arrays |= {f"table-{i}": np.ascontiguousarray(table) for i, table in enumerate(self.tables)}
        arrays |= {"weights": np.ascontiguousarray(self.weights), "bias": self.bias}
        save_file(arrays, folder / _FILE)
        return {"encoder": self.encoder.to_json(), "link": self.link.to_json()}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            arrays = load_file(folder / _FILE)
            encoder = TableEncoder.from_json(settings["encoder"])
            expansion = Expansion(**{name: arrays[name] for name in _EXPANSION})
            tables = [arrays[f"table-{i}"] for i in range(len(encoder.categories))]
            link = Link.from_json(settings["link"])
            return cls(encoder, expansion, arrays["weights"], arrays["bias"], tables, link)
        except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
            raise ModelError(f"A part of the model is missing or damaged: {error!r}.") from error
