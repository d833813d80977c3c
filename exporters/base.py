"""The Exporter contract: how a trained model is made into something that runs elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from exporters.source import Source, open_source

Progress = Callable[[float, str], None]
"""Hears the share done, 0 to 1, and what is being done, in plain words."""


@dataclass(frozen=True)
class ExportReport:
    """What was handed over.

    ``parity`` is what was measured beside the model, as it stands in ``parity_path``; ``score`` what the artefact
    itself reached on the untouched test part: metric, value, low, high and samples; None without one.
    """

    target: str
    path: Path
    parity_path: Path
    bytes: int
    seconds: float
    parity: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    score: Mapping[str, Any] | None = None

    def sentence(self) -> str:
        """Say what was written and how it was proven."""
        figures = self.parity
        size = f"{self.bytes / 1e6:.1f} MB" if self.bytes >= 1e6 else f"{self.bytes / 1e3:.0f} kB"
        agreed = f"{figures['agreement']:.0%} the same answer"
        what = agreed if figures["difference_in"] == "probability" else "as a share of the number"
        difference = f"largest difference {figures['difference']:.1g}, {what}"
        return (
            f"Wrote {self.path} ({size}). It was run beside the model on {figures['samples']} samples "
            f"({figures['real_samples']} of them the run's own): {difference}; "
            f"{figures['milliseconds']:.3g} ms for one sample.{_scored(self.score)}"
        )

    def lines(self) -> tuple[str, ...]:
        """Say all there is to know, a line each."""
        return self.sentence(), *self.notes

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "path": str(self.path), "parity_path": str(self.parity_path)}


class Exporter(ABC):
    """Writes one kind of artefact."""

    target: ClassVar[str]

    @abstractmethod
    def export(self, source: Source, out: Path, progress: Progress) -> ExportReport:
        """Write the artefact into the folder ``out``, proven equal to the model, or nothing at all.

        Raises:
            ExportError: why nothing was written.
        """

    def export_at(self, path: Path, out: Path, progress: Progress) -> ExportReport:
        """Export what lies at ``path``, a run or a model folder; targets that make do with less override it.

        Raises:
            ExportError: why nothing was written.
        """
        return self.export(open_source(path), out, progress)


def _scored(score: Mapping[str, Any] | None) -> str:
    if score is None:
        return ""
    return (
        f" On the {score['samples']} samples of the untouched test part it reached {score['value']:.3f} "
        f"({score['metric']}; between {score['low']:.3f} and {score['high']:.3f} on others of their kind)."
    )
