"""What is measured: the datasets and the numbers to reach. The other tools' environments read it too."""

from __future__ import annotations

from dataclasses import dataclass

FOLDERS, MANIFEST, ROWS = "folders", "manifest", "rows"


@dataclass(frozen=True)
class Case:
    """A dataset. ``train`` and ``test`` are relative to the folder of datasets.

    ``layout``: ``folders`` (a class a folder), ``manifest`` (a table of file names beside the folder called like it) or
    ``rows`` (a table). ``target`` names the column of labels of the last two.
    """

    name: str
    modality: str
    kind: str
    train: str
    test: str
    layout: str = FOLDERS
    target: str | None = None

    @property
    def metric(self) -> str:
        """The score that counts."""
        return "r2" if self.kind == "regression" else "nauc"


@dataclass(frozen=True)
class Goal:
    """A number to reach: ``figure`` of the case (or of the studio) is to be at most, or at least, ``limit``.

    ``budget_s`` limits it to runs of that budget.
    """

    case: str
    figure: str
    limit: float
    at_most: bool = True
    budget_s: float | None = None

    def reached(self, value: float) -> bool:
        """Tell whether a measured value reaches it."""
        return value <= self.limit if self.at_most else value >= self.limit


def _folders(name: str, modality: str) -> Case:
    return Case(name, modality, "multiclass", f"{name}/train", f"{name}/test")


def _table(name: str, modality: str, target: str, kind: str = "multiclass", ending: str = "csv") -> Case:
    return Case(name, modality, kind, f"{name}/train.{ending}", f"{name}/test.{ending}", ROWS, target)


def _manifest(name: str, target: str, kind: str) -> Case:
    return Case(name, "image", kind, f"{name}/train.csv", f"{name}/test.csv", MANIFEST, target)


CASES = (
    _folders("trashnet", "image"),
    _folders("cifar10_small", "image"),
    _manifest("ants_bees", "label", "multiclass"),
    _manifest("fruit_multilabel", "labels", "multilabel"),
    _folders("spoken_digits", "audio"),
    _folders("esc10", "audio"),
    _table("sst2_reviews", "text", "label", ending="tsv"),
    _table("ag_news_small", "text", "label"),
    _folders("movie_reviews_txt", "text"),
    _table("waimai_zh", "text", "label"),
    _table("adult_census", "table", "income"),
    _table("titanic", "table", "Survived"),
    _table("ames_housing", "table", "SalePrice", "regression"),
    _table("melbourne_housing", "table", "Price", "regression"),
)
MODALITIES = ("image", "audio", "text", "table")

STUDIO = "studio"
STUDIO_BUDGET_S = 60.0
MEMORY_MB = 3000.0
PARITY = 1e-4
OVERRUN_PERCENT = 2.0
BUDGETS = (60.0, 300.0, 1200.0)
FIRST_S = {"image": 5.0, "audio": 5.0, "text": 2.0, "table": 2.0}
_ACCURACY = {
    "trashnet": 0.93,
    "cifar10_small": 0.80,
    "ants_bees": 0.93,
    "esc10": 0.94,
    "spoken_digits": 0.985,
    "sst2_reviews": 0.87,
    "ag_news_small": 0.905,
    "movie_reviews_txt": 0.87,
    "waimai_zh": 0.905,
}
_OTHERS = {"adult_census": ("nauc", 0.86), "ames_housing": ("r2", 0.92), "melbourne_housing": ("r2", 0.86)}

GOALS = (
    *(Goal(name, "accuracy", limit, at_most=False, budget_s=300.0) for name, limit in _ACCURACY.items()),
    *(Goal(name, figure, limit, at_most=False, budget_s=300.0) for name, (figure, limit) in _OTHERS.items()),
    *(Goal(case.name, "first_s", FIRST_S[case.modality]) for case in CASES),
    *(Goal(case.name, "overrun_percent", OVERRUN_PERCENT) for case in CASES),
    *(Goal(case.name, "peak_mb", MEMORY_MB) for case in CASES),
    *(Goal(case.name, "parity", PARITY) for case in CASES),
    Goal(STUDIO, "first_paint_s", 1.5),
    Goal(STUDIO, "grid_s", 3.0),
    Goal(STUDIO, "drop_s", 3.0),
    Goal(STUDIO, "drop_stall_ms", 100.0),
    Goal(STUDIO, "stall_ms", 100.0),
)
