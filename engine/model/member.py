"""The Member contract: one trained thing inside a served model, kept as files that run no code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from engine.arrays import FloatArray
from engine.samples import Samples
from engine.task import Task


class Member(ABC):
    """Predicts samples. ``kind`` is its name in ``model.json`` and in the exporters' registry."""

    kind: ClassVar[str]

    @abstractmethod
    def predict(self, samples: Samples) -> FloatArray:
        """Return [n, outputs]: probabilities, in each row summing to 1 or one a class of several; or a number."""

    @abstractmethod
    def save(self, folder: Path) -> Mapping[str, Any]:
        """Write arrays and trees into the empty ``folder``; return the JSON settings that :meth:`load` needs."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        """Rebuild from what :meth:`save` wrote.

        Raises:
            ModelError: a file is missing or damaged.
        """
