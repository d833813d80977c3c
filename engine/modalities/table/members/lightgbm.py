"""LightGBM trees over the shared encoding; several boosters are averaged."""

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
from engine.modalities.table.backend import load_lightgbm
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.means import MeanColumns
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.target import Link
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

_MEANS = "means.safetensors"


class LightGBMMember(Member):
    """The mean over boosters of ``link.apply(raw)``, where raw is the booster's sum of leaf values.

    The arithmetic, all in float64: numbers come from ``encoder.encode`` [n, columns]; category columns (``==`` splits
    in the trees) hold codes; NaN goes the way each split says. ``boosters`` are LightGBM text models; tree i belongs to
    output ``i % outputs`` (one output for two classes and for a number). Each booster's raw outputs pass the link
    (:mod:`engine.modalities.table.target`), then the boosters' predictions are averaged with equal weights. Where a
    sample may have any number of classes, older programs made a booster for each class: booster i then holds class
    ``i % outputs`` and the link gets ``outputs`` boosters side by side; ``outputs`` is 1 elsewhere. Behind the columns
    stand those of ``means``, one for each set of boosters that the link gets, none for no such columns; a booster looks
    at as many columns as it has learned from.
    """

    kind: ClassVar[str] = "table.lightgbm"

    def __init__(
        self,
        encoder: TableEncoder,
        boosters: Sequence[str],
        link: Link,
        outputs: int = 1,
        means: Sequence[MeanColumns] = (),
    ) -> None:
        self.encoder = encoder
        self.boosters = tuple(boosters)
        self.link = link
        self.outputs = outputs
        self.means = tuple(means) or (MeanColumns({}),) * (len(self.boosters) // outputs)
        self._loaded: list[Any] | None = None

    @override
    def predict(self, samples: Samples) -> FloatArray:
        assert isinstance(samples, TableSamples)
        numbers = samples.encoded(self.encoder)
        boosters, answers = self._boosters(), []
        for place, means in enumerate(self.means):
            seen = means.beside(numbers)
            raw = [_raw(booster, seen) for booster in boosters[place * self.outputs : (place + 1) * self.outputs]]
            answers.append(self.link.apply(np.concatenate(raw, axis=1)))
        return np.asarray(np.mean(answers, axis=0))

    def _boosters(self) -> list[Any]:
        if self._loaded is None:
            lightgbm = load_lightgbm()
            try:
                self._loaded = [lightgbm.Booster(model_str=text) for text in self.boosters]
            except (lightgbm.basic.LightGBMError, ValueError) as error:
                raise ModelError(f"The model's trees cannot be read: {error}.") from error
        return self._loaded

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        for i, text in enumerate(self.boosters):
            (folder / _file_name(i)).write_text(text, encoding="utf-8")
        tables = {f"{i}.{place}": table for i, means in enumerate(self.means) for place, table in means.tables.items()}
        if tables:
            save_file(tables, folder / _MEANS)
        return {
            "encoder": self.encoder.to_json(),
            "link": self.link.to_json(),
            "boosters": len(self.boosters),
            "outputs": self.outputs,
            "means": sorted(self.means[0].tables),
        }

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            texts = [(folder / _file_name(i)).read_text(encoding="utf-8") for i in range(int(settings["boosters"]))]
            encoder, link, outputs = settings["encoder"], settings["link"], int(settings.get("outputs", 1))
            places = [int(place) for place in settings.get("means", [])]
            tables = load_file(folder / _MEANS) if places else {}
            sets = range(len(texts) // outputs) if places else ()
            means = [MeanColumns({place: tables[f"{i}.{place}"] for place in places}) for i in sets]
        except (OSError, KeyError, TypeError, ValueError, ArithmeticError, SafetensorError) as error:
            raise ModelError(f"A part of the model is missing or damaged: {error!r}.") from error
        if not texts or outputs < 1 or len(texts) % outputs:
            raise ModelError("The model has a part without trees. Train it again.")
        member = cls(TableEncoder.from_json(encoder), texts, Link.from_json(link), outputs, means)
        member._boosters()
        return member


def _raw(booster: Any, numbers: FloatArray) -> FloatArray:
    """Return the booster's raw outputs [n, outputs]; LightGBM itself refuses to answer for no rows."""
    outputs: int = booster.num_model_per_iteration()
    if not len(numbers):
        return np.zeros((0, outputs))
    raw = booster.predict(numbers[:, : booster.num_feature()], raw_score=True)
    return np.asarray(raw, dtype=np.float64).reshape(len(numbers), outputs)


def _file_name(index: int) -> str:
    return f"booster-{index}.txt"
