"""What the runners of all peers share: the same words in, the same file out. Needs numpy alone."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.parts import SEPARATOR, Part, names_of, read_part

MEGABYTE = 1e6
_HALF = 0.5
_TO_ANSWER_S, _LEAST_S = 5.0, 5.0


@dataclass
class Job:
    """What a peer is given, and where its answers go. ``started`` is when the command was started, in unix time."""

    case: Case
    data: Path
    budget_s: float
    seed: int
    out: Path
    started: float
    figures: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self.started + self.budget_s - time.time()

    @property
    def left_to_learn(self) -> float:
        """Seconds to tell a tool that keeps a limit for learning alone: what is left, without some for the answers."""
        return max(_LEAST_S, self.left - _TO_ANSWER_S)

    @cached_property
    def train(self) -> Part:
        """The samples to learn from."""
        return read_part(self.case, self.data, "train")

    @cached_property
    def test(self) -> Part:
        """The samples to answer for. Runners look at the inputs alone."""
        return read_part(self.case, self.data, "test")

    def files(self, part: str) -> Sequence[Path]:
        """Return the files of ``train`` or ``test``."""
        return (self.train if part == "train" else self.test).files

    @cached_property
    def classes(self) -> list[str]:
        """The classes of the train part, sorted."""
        return sorted(set().union(*(self._names(label) for label in self.train.labels)))

    def _names(self, label: str) -> set[str]:
        return names_of(label) if self.case.kind == "multilabel" else {label}

    @property
    def codes(self) -> Any:
        """The train labels: class numbers [n], or 0 and 1 [n, classes] where there may be several."""
        if self.case.kind == "multilabel":
            hits = [[name in names_of(label) for name in self.classes] for label in self.train.labels]
            return np.array(hits, dtype=np.int64)
        place = {name: number for number, name in enumerate(self.classes)}
        return np.array([place[label] for label in self.train.labels])

    def frames(self) -> tuple[Any, Any, Any]:
        """Return inputs, labels and test inputs of a table; words as pandas categories of the train part."""
        import pandas as pd

        train, test = pd.read_csv(self.data / self.case.train), pd.read_csv(self.data / self.case.test)
        labels = train.pop(self.case.target)
        test = test.drop(columns=self.case.target)
        for name in train.select_dtypes(exclude="number"):
            train[name] = train[name].astype("category")
            test[name] = pd.Categorical(test[name], categories=train[name].cat.categories)
        return train, labels, test

    def measured(self, since: float) -> None:
        """Note what predicting the test part took since ``since`` (monotonic), before anything else is done."""
        self.figures["predict_ms"] = 1000 * (time.monotonic() - since) / len(self.test.ids)

    def weighs(self, size_mb: float) -> None:
        """Note what the model takes on disk."""
        self.figures["size_mb"] = size_mb

    def write(self, probabilities: Any, classes: Iterable[object] | None = None) -> None:
        """Write the answers as the command line's own ``predictions.csv``: [n, classes], or [n] numbers."""
        names = [str(name) for name in (self.classes if classes is None else classes)]
        if self.case.kind == "regression":
            header = ["id", "prediction"]
            rows: list[list[Any]] = [[float(value)] for value in probabilities]
        else:
            header = ["id", "prediction", *names]
            rows = [[self._said(values, names), *map(float, values)] for values in np.asarray(probabilities, float)]
        temporary = self.out.with_suffix(".tmp")
        with temporary.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines)
            writer.writerow(header)
            writer.writerows([name, *row] for name, row in zip(self.test.ids, rows, strict=True))
        temporary.replace(self.out)
        facts = {"figures": self.figures, "notes": self.notes}
        self.out.with_name("facts.json").write_text(json.dumps(facts), encoding="utf-8")

    def _said(self, values: Any, names: Sequence[str]) -> str:
        if self.case.kind == "multilabel":
            return SEPARATOR.join(name for name, value in zip(names, values, strict=True) if value >= _HALF)
        return names[int(np.argmax(values))]


def job() -> Job:
    """Read the job whose file is the first word of the command line."""
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    case = next(case for case in CASES if case.name == asked["case"])
    out, data = Path(asked["out"]), Path(asked["data"])
    return Job(case, data, float(asked["budget_s"]), int(asked["seed"]), out, float(asked["started"]))


def pickled_mb(*models: object) -> float:
    """Return what models take when they are pickled."""
    import pickle

    return sum(len(pickle.dumps(model)) for model in models) / MEGABYTE
