"""Extremely randomised trees, a forest for each fold, grown a few trees at a time."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.budget import Deadline
from engine.learners.base import Job, Progress
from engine.modalities.table.forest import Forest, TreeInputs
from engine.modalities.table.members.trees import TreesMember, pack, unpack
from engine.modalities.table.target import Link
from engine.modalities.table.threads import work_until
from engine.modalities.table.training import TableLearner, at_once, take_rows

NODES = 1_000_000
VALUES = 20_000_000  # a leaf has one for each output: 80 MB where half of the nodes are leaves
_CELLS_A_TREE = 1_000_000
_FEWEST_ROWS = 2_000


@dataclass
class _Fold:
    """One forest; ``total`` sums its trees' answers for the rows it is checked on.

    ``own`` and ``checked`` are the rows it learns from and those it is checked on, as its trees see them.
    """

    number: int
    forests: list[Forest] = field(default_factory=list)
    trees: int = 0
    total: FloatArray | float = 0.0
    inputs: TreeInputs | None = None
    own: Float32Array | None = None
    checked: Float32Array | None = None
    busy: bool = False


class ExtraTrees(TableLearner):
    """Grows ``trees`` a fold, fewer where all folds together would pass a million nodes.

    Settings: ``trees``; ``leaf``, the fewest rows of a leaf; ``columns``, the share of columns tried at a split;
    ``logarithm``, whether a skewed target may be learned as its logarithm. A tree of a large table sees a draw of its
    rows (a million cells), so that it takes well under a second.
    """

    kind: ClassVar[str] = "table.extra_trees"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._link = Link.fit(job.task, job.labels, bool(settings.get("logarithm", True)))
        self._rows = take_rows(job)
        self._targets = self._link.raw_targets(self._rows.labels)
        self._folds = [_Fold(number) for number in self._rows.checked]
        self._goal = int(settings.get("trees", 60))
        self._lock = Lock()

    @property
    def _outputs(self) -> int:
        return self.job.task.outputs

    @property
    def _sorts(self) -> bool:
        """Whether each row has one class; where it may have many, the trees learn each class's 0 and 1 as numbers."""
        return self._link.is_classifier and not self._link.many

    @override
    def advance(self, deadline: Deadline) -> Progress:
        before = sum(fold.trees for fold in self._folds)
        with warnings.catch_warnings():  # here, as the threads that work share what is ignored
            warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)  # for each tree, in the log
            work_until(deadline, self._work, at_once(self.job, len(self._folds)))
        after = sum(fold.trees for fold in self._folds)
        ready = all(fold.trees for fold in self._folds)
        done = self._most_behind() is None
        if done:
            for fold in self._folds:
                fold.own = fold.checked = None
        share = min(1.0, after / (self._goal * len(self._folds)))  # the goal may have come down below what is grown
        return Progress(improved=ready and after > before, done=done, share=share)

    def _work(self, stop: Event) -> None:
        while not stop.is_set():
            with self._lock:
                fold = self._most_behind()
                if fold is None:
                    return
                fold.busy = True
            try:
                self._grow(fold)
            finally:
                fold.busy = False
            with self._lock:
                self._keep_small(fold)

    def _most_behind(self) -> _Fold | None:
        waiting = [fold for fold in self._folds if not fold.busy and fold.trees < self._goal]
        return min(waiting, key=lambda fold: fold.trees, default=None)

    def _keep_small(self, fold: _Fold) -> None:
        """Lower the goal where the forests would grow past ``NODES`` or ``VALUES``."""
        nodes_a_tree = sum(len(forest.feature) for forest in fold.forests) / fold.trees
        most = min(NODES, VALUES // self._outputs)
        self._goal = max(1, min(self._goal, int(most / (nodes_a_tree * len(self._folds)))))

    def _grow(self, fold: _Fold) -> None:
        from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

        learned = self._rows.learned_from(fold.number)
        own, checked = self._opened(fold, learned)
        seed = [self.job.seed, int(self.settings.get("seed", 0)), fold.number, fold.trees]
        random = np.random.default_rng(np.abs(seed))
        most = max(_FEWEST_ROWS, _CELLS_A_TREE // own.shape[1])
        drawn = random.choice(len(learned), most, replace=False) if len(learned) > most else np.arange(len(learned))
        model = (ExtraTreesClassifier if self._sorts else ExtraTreesRegressor)(
            n_estimators=1 if len(drawn) == most else max(1, min(4, self._goal - fold.trees)),  # others lower the goal
            min_samples_leaf=int(self.settings.get("leaf", 2)),
            max_features=float(self.settings.get("columns", 0.5)),
            random_state=int(random.integers(2**31)),
            n_jobs=1,
        )
        targets = self._targets[learned[drawn]]
        model.fit(own[drawn], targets[:, 0] if targets.shape[1:] == (1,) else targets)
        columns = model.classes_.astype(np.int64) if self._sorts else np.arange(self._outputs)
        grown = Forest.of([tree.tree_ for tree in model.estimators_], columns, self._outputs)
        fold.total = fold.total + grown.predict(checked) * len(grown.roots)
        fold.forests.append(grown)
        fold.trees += len(grown.roots)

    def _opened(self, fold: _Fold, learned: IntArray) -> tuple[Float32Array, Float32Array]:
        """Return the rows that the fold learns from, which do not see their own target, and those it is checked on."""
        if fold.own is None or fold.checked is None:
            inputs, fold.own = TreeInputs.fit(
                self._rows.encoder,
                self._rows.numbers[learned],
                self._targets[learned],
                self._outputs if self._sorts else 0,
                seed=abs(self.job.seed),
            )
            fold.inputs = fold.inputs or inputs  # those of before a lack of memory, which the first trees know
            fold.checked = fold.inputs.design(self._rows.numbers[self._rows.checked_on(fold.number)])
        return fold.own, fold.checked

    @override
    def validation(self) -> FloatArray:
        return self._levelled()[1]

    def _levelled(self) -> tuple[Link, FloatArray]:
        predictions = np.full((len(self._rows.rows), self._outputs), np.nan)
        for fold in self._folds:
            predictions[self._rows.checked_on(fold.number)] = self._served_link.apply(
                np.asarray(fold.total) / fold.trees
            )
        return self._served_link.levelled(self.job.labels, self._rows.spread(predictions))

    @property
    def _served_link(self) -> Link:
        return Link("identity") if self._link.is_classifier else self._link

    @override
    def member(self) -> TreesMember:
        parts = [(fold.inputs, Forest.join(fold.forests)) for fold in self._folds if fold.inputs is not None]
        return TreesMember(self._rows.encoder, parts, self._levelled()[0])

    @override
    def save(self, folder: Path) -> None:
        arrays: dict[str, Any] = {}
        for fold in self._folds:
            if fold.inputs is not None and fold.forests:
                fold.forests = [Forest.join(fold.forests)]
                arrays |= pack(fold.inputs, fold.forests[0], f"{fold.number}.")
                arrays[f"{fold.number}.total"] = fold.total
        np.savez(folder / "forests.npz", **arrays)
        (folder / "state.json").write_text(json.dumps({"goal": self._goal}), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        self._goal = json.loads((folder / "state.json").read_text(encoding="utf-8"))["goal"]
        with np.load(folder / "forests.npz", allow_pickle=False) as stored:
            arrays = dict(stored)
        for fold in self._folds:
            if f"{fold.number}.total" in arrays:
                fold.inputs, forest = unpack(arrays, f"{fold.number}.")
                fold.forests, fold.trees = [forest], len(forest.roots)
                fold.total = arrays[f"{fold.number}.total"]
