"""What the runners of all peers share: the same words in, the same file out."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Job:
    """What a peer is given, and where its answers go."""

    train: Path
    test: Path
    target: str
    budget_s: float
    seed: int
    out: Path

    def categories(self) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
        """Return inputs, labels and test inputs, text columns as pandas categories of the train part."""
        train, test = pd.read_csv(self.train), pd.read_csv(self.test)
        labels = train.pop(self.target)
        test = test.drop(columns=self.target)
        for name in train.select_dtypes(exclude="number"):
            train[name] = train[name].astype("category")
            test[name] = pd.Categorical(test[name], categories=train[name].cat.categories)
        return train, labels, test

    def write(self, classes: Iterable[object], probabilities: np.ndarray) -> None:
        """Write the answers as the command line's own ``predictions.csv``."""
        names = [str(name) for name in classes]
        table = pd.DataFrame(probabilities, columns=names)
        table.insert(0, "prediction", [names[best] for best in probabilities.argmax(axis=1)])
        table.insert(0, "id", np.arange(len(table)))
        table.to_csv(self.out, index=False)


def job() -> Job:
    """Read the words of the command line."""
    parser = argparse.ArgumentParser()
    for name, kind in (
        ("train", Path),
        ("test", Path),
        ("target", str),
        ("budget_s", float),
        ("seed", int),
        ("out", Path),
    ):
        parser.add_argument(name, type=kind)
    return Job(**vars(parser.parse_args()))
