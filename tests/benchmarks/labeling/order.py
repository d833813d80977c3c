"""Labelling by the suggested order and by chance, simulated with the known labels of whole data sets.

A session labels ten samples after another as a person would who follows the order, with suggestions made anew each
time. A head fitted to the labels so far answers the test part, which the session never sees. On a test part of a few
hundred samples a difference below its standard error cannot be told from none; the bound is on that, and what is
reached noise or not is told beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import xxhash

from engine.arrays import Float32Array, IntArray
from engine.dataset import Dataset
from engine.task import Kind, Modality, Task
from engine.worker.describer_handle import DescriberHandle, Request, Told
from labeling.suggest import head
from labeling.suggest.pool import Known
from labeling.suggest.space import Space
from labeling.suggest.suggesting import Labelling, suggest
from tests.benchmarks.ledger import Figure

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
SETS = {"trashnet": Modality.IMAGE, "esc10": Modality.AUDIO}
SHARES = (0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
AT, BOUND = 0.4, 40.0
AT_ONCE = 10
SESSIONS = 5


@dataclass(frozen=True)
class World:
    """Points [n, w] and classes [n] of both parts; ``task`` names the classes."""

    train: Float32Array
    truth: IntArray
    test: Float32Array
    asked: IntArray
    task: Task

    def right(self, labelled: IntArray) -> float:
        """Return the share of the test part that a head fitted to these labels of the train part answers rightly."""
        left = np.setdiff1d(np.arange(len(self.truth)), labelled)
        labels = self.truth[labelled].astype(np.float64)
        fitted = head.fit(self.train[labelled], labels, self.task, labelled, self.train[left], most=len(self.truth))
        return float((fitted.answers(self.test)[0].argmax(axis=1) == self.asked).mean())


@dataclass(frozen=True)
class Curves:
    """Shares of right answers at each of ``labels``, a row a session, and with ``all`` labels."""

    name: str
    labels: tuple[int, ...]
    total: int
    suggested: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    by_chance: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    all: float
    tested: int

    @property
    def noise(self) -> float:
        """The standard error of a share that was measured on the test part."""
        return float(np.sqrt(self.all * (1.0 - self.all) / self.tested))

    def needed(self, curve: np.ndarray[tuple[int, int], np.dtype[np.float64]], least: float) -> float:
        """Return the percentage of labels at which the mean over sessions first reaches ``least``; 100 if later."""
        reached = np.flatnonzero(curve.mean(axis=0) >= least)
        return 100.0 * self.labels[reached[0]] / self.total if len(reached) else 100.0


def order(folder: Path) -> list[Figure]:
    """Simulate labelling ``trashnet`` and ``esc10``."""
    curves = [simulated(name, world(DATA / name, modality, folder / name)) for name, modality in SETS.items()]
    draw(curves, folder / "order.png")
    return [figure for one in curves for figure in figures(one)]


def figures(found: Curves) -> list[Figure]:
    """Return what is to be known of a data set's curves."""
    at = int(np.argmin([abs(number - AT * found.total) for number in found.labels]))
    shares = {"in the suggested order": found.suggested, "in an order by chance": found.by_chance}
    right = [
        Figure(f"{found.name}: right with 40 % of the labels, {how}", 100 * float(curve[:, at].mean()), "%")
        for how, curve in shares.items()
    ]
    noise = f"{100 * found.noise:.1f}"
    needed = found.needed(found.suggested, found.all)
    near = found.needed(found.suggested, found.all - found.noise)
    chance = found.needed(found.by_chance, found.all - found.noise)
    return [
        Figure(f"{found.name}: right with all {found.total:,} labels", 100 * found.all, "%"),
        *right,
        Figure(f"{found.name}: labels until no worse than all, but for noise ({noise} %)", near, "%", BOUND),
        Figure(f"{found.name}: the same in an order by chance", chance, "%"),
        Figure(f"{found.name}: labels until as right as all, noise or not (100: not with 60 %)", needed, "%"),
    ]


def world(data: Path, modality: Modality, folder: Path) -> World:
    """Describe both parts of a data set as the studio does, and place them in a space found from the train part."""
    paths = [path for part in ("train", "test") for path in sorted((data / part).rglob("*")) if path.is_file()]
    names = [path.parent.name for path in paths]
    classes = tuple(sorted(set(names)))
    features = described(paths, modality, folder)
    train = sum(path.is_relative_to(data / "train") for path in paths)
    space = Space.fit(features[:train])
    truth = np.array([classes.index(name) for name in names])
    points = space.points(features)
    return World(points[:train], truth[:train], points[train:], truth[train:], Task(modality, Kind.MULTICLASS, classes))


def described(paths: Sequence[Path], modality: Modality, folder: Path) -> Float32Array:
    """Return the features [n, d] of files at the last look, from the process that the studio asks."""
    folder.mkdir(parents=True, exist_ok=True)
    content = [xxhash.xxh3_128_hexdigest(path.read_bytes()) for path in paths]
    told: dict[int, dict[int, Float32Array]] = {}
    ended: list[str] = []

    def take(some: Told) -> None:
        told.setdefault(some.look, {}).update(zip(some.rows.tolist(), some.features, strict=True))

    ids = [str(number) for number in range(len(paths))]
    frame = pl.DataFrame({"id": ids, "reference": [str(path) for path in paths], "content": content})
    handle = DescriberHandle(Request.write(Dataset(frame), modality, (), folder), take, ended.append)
    handle.wait()
    handle.close()
    if ended != [""]:
        raise RuntimeError(f"The samples could not be described: {ended}")
    last = told[max(told)]
    return np.stack([last[row] for row in range(len(paths))])


def simulated(name: str, of: World) -> Curves:
    """Run all sessions of a data set."""
    total = len(of.truth)
    labels = tuple(max(AT_ONCE, round(share * total)) for share in SHARES)
    suggested = np.array([session(of, labels, seed) for seed in range(SESSIONS)])
    orders = [np.random.default_rng(seed).permutation(total) for seed in range(SESSIONS)]
    by_chance = np.array([[of.right(one[:number]) for number in labels] for one in orders])
    return Curves(name, labels, total, suggested, by_chance, of.right(np.arange(total)), len(of.asked))


def session(of: World, stops: Sequence[int], seed: int) -> list[float]:
    """Label by the suggested order; return the share of the test part answered rightly at each stop."""
    total = len(of.truth)
    known = Known(np.arange(total), of.train, np.empty(0, dtype=np.int64))
    ids = [str(row) for row in range(total)]
    labels: list[str | None] = [None] * total
    done: list[int] = []
    found = []
    for stop in stops:
        while len(done) < stop:
            now = suggest(Labelling(ids, labels, Kind.MULTICLASS), known, seed=seed)
            for sample in now.order[: min(AT_ONCE, stop - len(done))]:
                done.append(int(sample))
                labels[done[-1]] = of.task.classes[of.truth[done[-1]]]
        found.append(of.right(np.array(done)))
    return found


def draw(found: Sequence[Curves], path: Path) -> None:
    """Draw a panel a data set: each session thinly, their mean, and the line of all labels."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(
        1, len(found), figsize=(4.4 * len(found), 3.2), layout="constrained", squeeze=False
    )
    for panel, one in zip(panels.flat, found, strict=True):
        shares = [100 * number / one.total for number in one.labels]
        for label, curve, colour in (("suggested order", one.suggested, "C0"), ("by chance", one.by_chance, "C1")):
            for row in curve:
                panel.plot(shares, 100 * row, color=colour, linewidth=0.5, alpha=0.4)
            panel.plot(shares, 100 * curve.mean(axis=0), color=colour, linewidth=2, label=label)
        panel.axhline(100 * one.all, color="0.3", linestyle="--", linewidth=1, label=f"all {one.total:,} labels")
        panel.axvline(100 * AT, color="0.7", linewidth=1)
        panel.set_title(one.name)
        panel.set_xlabel("labels given, % of the train part")
        panel.set_ylabel("test part answered rightly, %")
        panel.legend(loc="lower right", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90, metadata={"Software": None})
    pyplot.close(figure)
