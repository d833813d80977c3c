"""What the ablation measures: ways of holding on to the pretraining, and a result line for each training."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby, product
from pathlib import Path
from typing import Any

Settings = Mapping[str, Mapping[str, float]]

ALL = 0  # samples a class: all there are
HEAD, PLAIN = "head alone", "plain"


@dataclass(frozen=True)
class Way:
    """``transfer`` as a fine-tune takes it; ``rate`` is the factor on the learning rate, ``head`` that for the head."""

    transfer: Settings = field(default_factory=dict)
    rate: float = 1.0
    head: float = 1.0


# "head alone" is what every other one starts from: the fitted head, nothing tuned.
METHODS: dict[str, Way] = {
    HEAD: Way(),
    PLAIN: Way(),
    "l2_sp": Way({"l2_sp": {}}),
    "delta": Way({"delta": {}}),
    "bss": Way({"bss": {}}),
    "co_tuning": Way({"co_tuning": {}}),
    "rifle": Way({"rifle": {}}),
    "l2_sp, never_hurt": Way({"l2_sp": {}, "never_hurt": {}}),
    "delta, never_hurt": Way({"delta": {}, "never_hurt": {}}),
}
VARIANTS: dict[str, Way] = {
    "plain, a third of the rate": Way(rate=1 / 3),
    "plain, a tenth of the rate for the head": Way(head=0.1),
    "delta, a tenth of the rate for the head": Way({"delta": {}}, head=0.1),
    "co_tuning 0.5": Way({"co_tuning": {"strength": 0.5}}),
    "delta 0.1": Way({"delta": {"body": 0.1}}),
    "l2_sp 1": Way({"l2_sp": {"body": 1.0}}),
    "l2_sp 10": Way({"l2_sp": {"body": 10.0}}),
    "bss 0.01": Way({"bss": {"strength": 0.01}}),
    "rifle once": Way({"rifle": {"times": 1}}),
    "co_tuning 0.5, delta": Way({"co_tuning": {"strength": 0.5}, "delta": {}}),
}
EVERY: dict[str, Way] = {**METHODS, **VARIANTS}
CASES = ("trashnet", "cifar10_small", "ants_bees")
SIZES = (10, 40, ALL, 5, 20)
_FIRST_SIZES = (10, 40, ALL)


@dataclass(frozen=True)
class Effort:
    """How much is done in each training: the same for all ways.

    Each sees ``passes`` times its samples, and at least ``pictures``, in steps of ``batch``, at ``resolution`` pixels;
    the first ``frozen`` stages of the network stay as they are.
    """

    resolution: int = 128
    passes: float = 6.0
    pictures: int = 2400
    batch: int = 32
    frozen: int = 0


@dataclass(frozen=True)
class Cell:
    """One training. ``per_class`` samples of each class are learned from, 0 for all; ``seed`` also chooses which."""

    case: str
    per_class: int
    seed: int
    method: str


@dataclass(frozen=True)
class Trial:
    """One result line: ``figures`` measured on samples held out, and ``machine`` with its ``device``."""

    cell: Cell
    effort: Effort
    figures: Mapping[str, float]
    machine: Mapping[str, Any]

    @property
    def device(self) -> str:
        """What it was computed on."""
        return str(self.machine.get("device", ""))


def plan(cases: Iterable[str], sizes: Iterable[int], seeds: Iterable[int], methods: Iterable[str]) -> list[Cell]:
    """Return the cells in the order in which they are of most use, should the time end before the plan does."""
    cells = [Cell(case, size, seed, method) for seed, size, case, method in product(seeds, sizes, cases, methods)]
    return sorted(cells, key=_block)


def _block(cell: Cell) -> int:
    """Return 0 for every way at the sizes that tell most, 1 for its variants there, then 2 and 3 at the others."""
    return 2 * (cell.per_class not in _FIRST_SIZES) + (cell.method in VARIANTS)


def groups(cells: Iterable[Cell]) -> list[tuple[Cell, ...]]:
    """Return runs of cells on the same samples, which are to be trained one after the other.

    >>> cells = plan(["ants_bees"], [10, 40], [0], ["plain", "bss", "bss 0.01"])
    >>> [[(cell.per_class, cell.method) for cell in group] for group in groups(cells)]
    [[(10, 'plain'), (10, 'bss')], [(40, 'plain'), (40, 'bss')], [(10, 'bss 0.01')], [(40, 'bss 0.01')]]
    """
    alike = groupby(cells, key=lambda cell: (cell.case, cell.per_class, cell.seed))
    return [tuple(group) for _, group in alike]


def append(path: Path, trial: Trial) -> None:
    """Add one line and flush it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(trial), ensure_ascii=False, allow_nan=False) + "\n")


def load(path: Path) -> list[Trial]:
    """Return the newest line of each cell, effort and device; a line torn by a kill is left out."""
    found = {(trial.cell, trial.effort, trial.device): trial for trial in _lines(path)}
    return list(found.values())


def _lines(path: Path) -> Iterator[Trial]:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for line in text.splitlines():
        if line.endswith("}"):
            fields = json.loads(line)
            yield Trial(Cell(**fields["cell"]), Effort(**fields["effort"]), fields["figures"], fields["machine"])
