"""All that the Results screen shows of one run, worked out from its folder. Slow parts belong in the background."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.arrays import BoolArray, IntArray
from engine.results.figures import (
    ClassFigures,
    ErrorFigures,
    Share,
    class_figures,
    confusion,
    error_figures,
    set_figures,
    worst_first,
    worst_sets_first,
)
from engine.results.verdicts import Verdicts, read_verdicts
from engine.task import Kind, Task
from engine.wording import listing

if TYPE_CHECKING:
    from engine.run.folder import RunFolder


MOST_NAMED = 4


@dataclass(frozen=True)
class Report:
    """One run's model, measured. ``result`` is None while the run goes on, or when its worker died."""

    run_path: Path
    pressed_at: float
    task: Task
    verdicts: Verdicts
    result: Mapping[str, Any] | None

    @property
    def classifies(self) -> bool:
        """Whether the answers are classes."""
        return self.task.kind is not Kind.REGRESSION

    @property
    def several(self) -> bool:
        """Whether a sample may have several classes."""
        return self.task.kind is Kind.MULTILABEL

    @cached_property
    def right(self) -> Share:
        """How many verdicts name the true class; of several, all of them and no other."""
        if self.several:
            true_sets, said_sets = self.verdicts.sets
            return Share(int((true_sets == said_sets).all(axis=1).sum()), len(true_sets))
        truth, said = self.verdicts.codes
        return Share(int((truth == said).sum()), len(truth))

    @cached_property
    def matrix(self) -> IntArray:
        """Counts [classes, classes], row the true class, column what was said; of samples with one class."""
        return confusion(*self.verdicts.codes, len(self.task.classes))

    @cached_property
    def classes(self) -> tuple[ClassFigures, ...]:
        """The figures of each class."""
        if self.several:
            return set_figures(*self.verdicts.sets, self.task.classes)
        return class_figures(self.matrix, self.task.classes)

    @cached_property
    def commonest(self) -> tuple[str, Share]:
        """The commonest answer in words, and how often always giving it would be right."""
        if self.several:
            sets, counts = np.unique(self.verdicts.sets[0], axis=0, return_counts=True)
            top = int(counts.argmax())
            return self.named(sets[top]), Share(int(counts[top]), int(counts.sum()))
        counts = self.matrix.sum(axis=1)
        top = int(counts.argmax())
        return self.task.classes[top], Share(int(counts[top]), int(counts.sum()))

    @cached_property
    def errors(self) -> ErrorFigures:
        """The errors of a regression."""
        return error_figures(self.verdicts.truth, self.verdicts.said)

    @cached_property
    def worst(self) -> IntArray:
        """Rows of the verdicts, the worst first: wrong and sure of it, or furthest from the truth."""
        verdicts = self.verdicts
        if self.several:
            return worst_sets_first(*verdicts.sets, verdicts.probabilities)
        if self.classifies:
            return worst_first(*verdicts.codes, verdicts.probabilities)
        distance = np.abs(verdicts.truth - verdicts.said)
        return np.argsort(-distance, kind="stable").astype(np.int64)

    def work_out(self) -> None:
        """Compute every figure now, so that asking for one later takes no time."""
        _ = self.worst, (self.right, self.classes, self.commonest) if self.classifies else self.errors

    def named(self, classes: BoolArray) -> str:
        """Return the names of a set of classes [classes] in words."""
        names = [name for name, there in zip(self.task.classes, classes, strict=True) if there]
        return listing(names, most=MOST_NAMED) or "no class"

    def cell(self, truth: int, said: int) -> IntArray:
        """Return the rows of one cell of the matrix, those the model was most sure of first."""
        true_codes, said_codes = self.verdicts.codes
        rows = np.flatnonzero((true_codes == truth) & (said_codes == said))
        order = np.argsort(-self.verdicts.probabilities[rows, said], kind="stable")
        return rows[order].astype(np.int64)


def load_report(run: RunFolder) -> Report | None:
    """Return the report of a run, or None while it has no model that was measured.

    Raises:
        EngineError: a file of the run is damaged.
    """
    verdicts = read_verdicts(run.model_path, run.task)
    if verdicts is None:
        return None
    return Report(run.path, run.options.pressed_at, run.task, verdicts, run.result())


def load_previous(run: RunFolder) -> Report | None:
    """Return the report of the newest earlier run beside this one that asked the same and left a model."""
    from engine.errors import EngineError
    from engine.run.folder import RunFolder

    earlier = []
    for plan in run.path.parent.glob("*/plan.json"):
        with suppress(EngineError):  # a damaged old run is no reason to hide the new one
            earlier.append(RunFolder.open(plan.parent))
    earlier = [other for other in earlier if other.options.pressed_at < run.options.pressed_at]
    for other in sorted(earlier, key=lambda other: other.options.pressed_at, reverse=True):
        with suppress(EngineError):
            report = load_report(other)
            if report is not None and _comparable(report.task, run.task):
                return report
    return None


def _comparable(first: Task, second: Task) -> bool:
    return first.kind is second.kind and first.modality is second.modality and first.target == second.target
