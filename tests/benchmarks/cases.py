"""What is measured: the datasets, what each is given, and the numbers to reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A dataset with its budget.

    ``train`` and ``test`` are relative to the folder of datasets; a ``target`` names the column of a table.
    ``train_options`` go to ``autodidact train`` as they are.
    """

    name: str
    train: str
    test: str
    budget_s: int
    target: str | None = None
    train_options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Goal:
    """A number to reach: ``figure`` of the case (or of the studio) is to be at most, or at least, ``limit``."""

    case: str
    figure: str
    limit: float
    at_most: bool = True

    def reached(self, value: float) -> bool:
        """Tell whether a measured value reaches it."""
        return value <= self.limit if self.at_most else value >= self.limit


CASES = (
    Case("titanic", "titanic/train.csv", "titanic/test.csv", 30, "Survived"),
    # The peers keep no test part of their own either.
    Case("adult_census", "adult_census/train.csv", "adult_census/test.csv", 60, "income", ("--test-fraction", "0")),
    Case("cifar10_small", "cifar10_small/train", "cifar10_small/test", 60),
    Case("trashnet", "trashnet/train", "trashnet/test", 300),
)

PEER_CASE = "adult_census"
STUDIO = "studio"
STUDIO_BUDGET_S = 60.0
MEMORY_MB = 3000.0
PARITY = 1e-4


def overrun_limit(budget_s: float) -> float:
    """Return how many seconds a run may end after its budget."""
    return max(1.0, 0.02 * budget_s)


GOALS = (
    Goal("titanic", "t_first_s", 2.0),
    Goal("adult_census", "t_first_s", 2.0),
    Goal("trashnet", "t_first_s", 5.0),
    Goal("cifar10_small", "t_first_s", 5.0),
    *(Goal(case.name, "overrun_s", overrun_limit(case.budget_s)) for case in CASES),
    *(Goal(case.name, "peak_mb", MEMORY_MB) for case in CASES),
    *(Goal(case.name, "parity", PARITY) for case in CASES),
    Goal("trashnet", "accuracy", 0.88, at_most=False),
    Goal("adult_census", "nauc", 0.855, at_most=False),
    Goal(STUDIO, "first_paint_s", 1.5),
    Goal(STUDIO, "grid_s", 3.0),
    Goal(STUDIO, "drop_s", 3.0),
    Goal(STUDIO, "drop_stall_ms", 100.0),
    Goal(STUDIO, "stall_ms", 100.0),
)
