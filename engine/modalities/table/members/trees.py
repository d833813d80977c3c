"""ExtraTrees forests over the shared encoding, one for each fold, as plain arrays."""

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
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.forest import Forest, TreeInputs
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.target import Link
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

_FILE = "trees.safetensors"


class TreesMember(Member):
    """The mean over ``parts`` of ``link.apply(forest.predict(inputs.design(encoded)))``.

    Each part is a (:class:`TreeInputs`, :class:`Forest`) pair, whose docstrings give the arithmetic. Forests of a
    classifier answer with probabilities [n, classes] and have the identity link; those of a regression with the raw
    target [n, 1].
    """

    kind: ClassVar[str] = "table.trees"

    def __init__(self, encoder: TableEncoder, parts: Sequence[tuple[TreeInputs, Forest]], link: Link) -> None:
        self.encoder = encoder
        self.parts = tuple(parts)
        self.link = link

    @override
    def predict(self, samples: Samples) -> FloatArray:
        assert isinstance(samples, TableSamples)
        encoded = samples.encoded(self.encoder)
        answers = [self.link.apply(forest.predict(inputs.design(encoded))) for inputs, forest in self.parts]
        return np.asarray(np.mean(answers, axis=0))

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        arrays: dict[str, Any] = {}
        for i, (inputs, forest) in enumerate(self.parts):
            arrays |= pack(inputs, forest, f"{i}.")
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / _FILE)
        return {"encoder": self.encoder.to_json(), "link": self.link.to_json(), "parts": len(self.parts)}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            arrays = load_file(folder / _FILE)
            encoder = TableEncoder.from_json(settings["encoder"])
            parts = [unpack(arrays, f"{i}.") for i in range(int(settings["parts"]))]
            if not parts:
                raise ValueError("there are no trees")
            return cls(encoder, parts, Link.from_json(settings["link"]))
        except (OSError, KeyError, TypeError, ValueError, OverflowError, SafetensorError) as error:
            raise ModelError(f"A part of the model is missing or damaged: {error!r}.") from error


def pack(inputs: TreeInputs, forest: Forest, prefix: str = "") -> dict[str, Any]:
    """Return a part as named arrays, node numbers in 32 bits."""
    arrays: dict[str, Any] = {
        "fills": inputs.fills,
        "categories": inputs.categories,
        "tables": np.concatenate([np.empty(0), *inputs.tables]),
        "sizes": np.array([len(table) for table in inputs.tables], dtype=np.int64),
        "threshold": forest.threshold,
        "values": forest.values,
    }
    for name in ("roots", "feature", "left", "right"):
        arrays[name] = getattr(forest, name).astype(np.int32)
    return {prefix + name: array for name, array in arrays.items()}


def unpack(arrays: Mapping[str, Any], prefix: str = "") -> tuple[TreeInputs, Forest]:
    """Rebuild a part from :meth:`pack`'s arrays (KeyError where one is missing)."""
    edges = np.cumsum(arrays[prefix + "sizes"])[:-1]
    tables = tuple(np.split(arrays[prefix + "tables"], edges)) if len(arrays[prefix + "sizes"]) else ()
    inputs = TreeInputs(arrays[prefix + "fills"], arrays[prefix + "categories"], tables)
    nodes = {name: arrays[prefix + name].astype(np.int64) for name in ("roots", "feature", "left", "right")}
    return inputs, Forest(threshold=arrays[prefix + "threshold"], values=arrays[prefix + "values"], **nodes)
