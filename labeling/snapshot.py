"""Freeze what a project or a batch holds now into a task and a dataset that a run can learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from engine.dataset import INPUT_PREFIX, Dataset, Split
from engine.split import assign_folds, assign_test
from engine.task import Column, Kind, Modality, Task
from labeling.classes import check_number, classes_of, names_of, without_names
from labeling.duplicates import codes, groups
from labeling.errors import ImportRefused
from labeling.tables.together import learned_from, together_by
from labeling.understanding import count

if TYPE_CHECKING:
    import polars as pl

    from engine.arrays import IntArray

Strata = list[str] | list[float]
Check = Callable[["pl.DataFrame", str | None, list[str]], Strata]

TEST_FRACTION = 0.15
TEST_FOLD = -2
SHOWN = 5
LEAST_SAMPLES = 4
LEAST_NUMBERS = 10
LARGEST_NUMBER = 1e100  # the square of a sum of such is still a number
LEAST_SPREAD = 1e-100  # and the square of this
MOST_ANSWERS = 10_000_000  # samples times classes; every model keeps a probability for each, 80 MB in all
KEPT_OF_EACH = 5


class Wanted(Protocol):
    """What a snapshot has to know; an :class:`labeling.understanding.Understanding` does."""

    @property
    def modality(self) -> Modality:
        """What a sample is."""

    @property
    def kind(self) -> Kind | None:
        """What kind of answer is wanted; None means classes."""

    @property
    def target(self) -> str | None:
        """The column to predict."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """A table's input columns, and the one that keeps rows together."""


@dataclass(frozen=True)
class Snapshot:
    """A task with its frozen dataset, and sentences about how it was made."""

    task: Task
    dataset: Dataset
    notes: tuple[str, ...]


def snapshot(frame: pl.DataFrame, wanted: Wanted, test_fraction: float = TEST_FRACTION, seed: int = 0) -> Snapshot:
    """Return the labelled samples of ``frame`` (columns of :mod:`labeling.batch`), split for learning and testing.

    A test part that the data itself sets apart is kept and nothing is added to it, unless ``test_fraction`` is 0:
    then everything is learned from.

    Raises:
        ImportRefused: there is too little, or too much of the same, to learn from.
    """
    notes: list[str] = []
    kind = wanted.kind or Kind.MULTICLASS
    if wanted.columns and wanted.target is None and not frame["label"].count():
        raise ImportRefused("It is not clear which column is to be predicted. Name it: --target COL on a command line.")
    labelled = _labelled(frame, notes)
    if kind is Kind.MULTILABEL:
        labelled = _as_sets(labelled)
    if test_fraction > 0 and kind is not Kind.REGRESSION:
        drop = _without_untaught if kind is Kind.MULTICLASS else _without_untaught_names
        labelled = drop(labelled, notes)
    if kind is not Kind.REGRESSION:
        where = f"The column “{wanted.target}” has" if wanted.target is not None else "The labels have"
        check_number(names_of(labelled["label"]).n_unique(), where, column=wanted.target is not None)
        labelled = _affordable(labelled, seed, notes)
    strata = CHECKS[kind](labelled, wanted.target, notes)
    columns, together = learned_from(wanted.columns), together_by(wanted.columns)
    if wanted.modality is Modality.TABLE and not columns:
        raise ImportRefused(
            "No column is left to learn from: all others are constant, missing or numbering. Add columns that matter."
        )
    classes = () if kind is Kind.REGRESSION else classes_of(labelled["label"])
    task = Task(wanted.modality, kind, classes, target=wanted.target, columns=columns)
    return Snapshot(task, _split(labelled, strata, together, test_fraction, seed, notes), tuple(notes))


def _labelled(frame: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    kept = frame.filter(frame["label"].is_not_null())
    if not kept.height:
        raise ImportRefused(
            f"No sample of {frame.height:,} has a label yet. Label at least 5 of each class, then train."
            if frame.height
            else "There are no samples yet. Add some first."
        )
    if kept.height < frame.height:
        notes.append(f"{count(frame.height - kept.height, 'sample')} without a label left out.")
    return kept


def _without_untaught(frame: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    """Drop test samples, set apart by the data, of classes that the training part does not have."""
    apart = (frame["split"] == Split.TEST.value).fill_null(False)
    taught = frame.filter(~apart)["label"].unique()
    if not len(taught):
        raise ImportRefused("All labelled samples are in the part kept for testing. Label some of the others.")
    kept = ~apart | frame["label"].is_in(taught.implode())
    dropped = classes_of(frame.filter(~kept)["label"])
    if dropped:
        left = count(int((~kept).sum()), "test sample was", "test samples were")
        those, them = ("it", "it") if len(dropped) == 1 else ("these", "them")
        notes.append(
            f"{left} left out, since no training sample has such a class: {_shown(dropped)}. Add training samples of "
            f"{those} to test on {them}."
        )
    return frame.filter(kept)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


def _as_sets(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose labels are lists of names, single names as lists of one."""
    import polars as pl

    if frame["label"].dtype == pl.List(pl.String):
        return frame
    return frame.with_columns(pl.concat_list("label").alias("label"))


def _without_untaught_names(frame: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    """Drop names that the training part does not have from the labels of test samples set apart by the data.

    Samples of no other class are dropped: that they show none of the classes is not known.
    """
    apart = (frame["split"] == Split.TEST.value).fill_null(False)
    if apart.all():
        raise ImportRefused("All labelled samples are in the part kept for testing. Label some of the others.")
    taught = set(names_of(frame.filter(~apart)["label"]).to_list())
    untaught = sorted(set(names_of(frame["label"]).to_list()) - taught)
    if not untaught:
        return frame
    notes.append(f"Classes that no training sample has are not tested on: {_shown(untaught)}.")
    kept, bare = without_names(frame, untaught)
    if bare:
        words = ("test sample was left out, since it has", "test samples were left out, since they have")
        notes.append(f"{count(bare, *words)} no other class.")
    return kept


def _affordable(frame: pl.DataFrame, seed: int, notes: list[str]) -> pl.DataFrame:
    """Draw samples evenly where each having a probability for each class would not fit in memory.

    Of each class the first few that are drawn stay, so that none is lost: a thousand classes leave room for those.
    """
    import polars as pl

    classes = names_of(frame["label"]).n_unique()
    most = MOST_ANSWERS // max(1, classes)
    if frame.height <= most:
        return frame
    order = np.random.default_rng(seed).permutation(frame.height)
    named = frame.select("label").with_row_index("row")[order].with_row_index("draw")
    if named["label"].dtype == pl.List(pl.String):
        named = named.explode("label", empty_as_null=True)
    turn = pl.int_range(pl.len()).over("label").clip(upper_bound=KEPT_OF_EACH)
    first = named.with_columns(turn.alias("turn")).group_by("row").agg(pl.col("turn").min(), pl.col("draw").min())
    rows = first.sort("turn", "draw")["row"].head(most).sort()
    notes.append(
        f"{frame.height:,} samples of {classes:,} classes are more than fit in memory; {most:,} of them, drawn evenly, "
        "are taken. Join classes that belong together to learn from more."
    )
    return frame[rows]


def _checked_numbers(frame: pl.DataFrame, target: str | None, notes: list[str]) -> Strata:
    labels: list[float] = frame["label"].to_list()
    where = _where(target)
    if frame["label"].n_unique() == 1:
        raise ImportRefused(f"All values in {where} are the same, so there is nothing to predict. Choose another.")
    if len(labels) < LEAST_NUMBERS:
        raise ImportRefused(
            f"There are {count(len(labels), 'sample')} with a value in {where}; at least {LEAST_NUMBERS} are needed."
        )
    if max(map(abs, labels)) > LARGEST_NUMBER:
        raise ImportRefused(
            f"Some values in {where} are larger than {LARGEST_NUMBER:g}, too large to calculate with. "
            "Write them in another unit, or as their logarithm."
        )
    if max(labels) - min(labels) < LEAST_SPREAD:
        raise ImportRefused(
            f"The values in {where} differ by less than {LEAST_SPREAD:g}, too little to calculate with. "
            "Write them in another unit, or as their logarithm."
        )
    return labels


def _checked_classes(frame: pl.DataFrame, target: str | None, notes: list[str]) -> Strata:
    labels: list[str] = frame["label"].to_list()
    values = frame["label"].n_unique()
    if values == 1:
        raise ImportRefused(
            f"All samples are “{labels[0]}”, the only class in {_where(target)}. "
            "Telling apart needs a second class: add one."
        )
    _check_enough(frame["label"], target, notes)
    return labels


def _checked_sets(frame: pl.DataFrame, target: str | None, notes: list[str]) -> Strata:
    import polars as pl

    if frame["label"].list.sort().n_unique() == 1:
        raise ImportRefused(
            f"All samples have the same classes in {_where(target)}, so there is nothing to tell apart. "
            "Add samples of other classes."
        )
    _check_enough(names_of(frame["label"]), target, notes, samples=frame.height)
    none = int(frame.select((pl.col("label").list.len() == 0).sum()).item())
    if none:
        notes.append(f"{count(none, 'sample shows', 'samples show')} none of the classes, which is learned from too.")
    return _rarest(frame["label"])


def _check_enough(names: pl.Series, target: str | None, notes: list[str], samples: int | None = None) -> None:
    """Refuse too few samples, or classes of one sample only; say which classes have a single one."""
    samples = len(names) if samples is None else samples
    if samples < LEAST_SAMPLES:
        raise ImportRefused(f"Only {count(samples, 'sample')} are labelled; at least {LEAST_SAMPLES} are needed.")
    sizes = names.alias("label").value_counts(sort=True)
    single = sorted(sizes.filter(sizes["count"] == 1)["label"].to_list())
    if len(single) == sizes.height:
        raise ImportRefused(f"Every class in {_where(target)} has a single sample. Add more samples of each class.")
    if single:
        classes = count(len(single), "class has", "classes have")
        notes.append(f"{classes} a single sample, so it is learned from but never checked on: {_shown(single)}.")


def _where(target: str | None) -> str:
    return f"the column “{target}”" if target else "the labels"


CHECKS: dict[Kind, Check] = {
    Kind.MULTICLASS: _checked_classes,
    Kind.MULTILABEL: _checked_sets,
    Kind.REGRESSION: _checked_numbers,
}


def _rarest(labels: pl.Series) -> list[str]:
    """Return the rarest class of each sample, by which it is dealt to the parts; empty where it has none.

    A class that no other sample has cannot be dealt to two parts, so the next rarest decides.
    """
    sizes = Counter(names_of(labels).to_list())
    shared = [sorted(name for name in names if sizes[name] > 1) for names in labels.to_list()]
    return [min(names, key=lambda name: sizes[name], default="") for names in shared]


def _split(
    frame: pl.DataFrame, labels: Strata, together: str | None, test_fraction: float, seed: int, notes: list[str]
) -> Dataset:
    import polars as pl

    group = groups(frame, notes) if together is None else codes(frame[INPUT_PREFIX + together])
    test = _test_part(frame, labels, group, together, test_fraction, seed, notes)
    folds = np.full(len(labels), TEST_FOLD, dtype=np.int64)
    train_rows = np.flatnonzero(~test)
    folds[train_rows] = assign_folds(_at(labels, train_rows), group[train_rows], seed)
    if not (folds >= 0).any():
        which = "that differ (near-copies count as one)" if together is None else f"with two different “{together}”"
        raise ImportRefused(
            f"No class has two samples to learn from {which}, so nothing that is learned could be checked. Add more "
            "samples of each class."
        )
    unseen = frame.filter(pl.col("reference").is_not_null() & pl.col("look").is_null() & pl.col("tones").is_null())
    if unseen.height:
        photos = count(unseen.height, "photo was", "photos were")
        notes.append(f"{photos} searched for exact copies only, since time was short for finding near-copies.")
    near = len(group) - len(np.unique(group))
    if together is not None:
        values = count(len(group) - near, "value")
        notes.append(f"“{together}” has {values}; rows with the same are kept on the same side of every check.")
    elif near:
        copies = (
            count(near, "repeated row") if frame["reference"].null_count() else count(near, "near-copy", "near-copies")
        )
        notes.append(f"{copies} found; each is kept on the same side of every check as what it resembles.")
    hidden = None if together is None else INPUT_PREFIX + together
    inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX) and name != hidden]
    return Dataset(
        frame.select(
            "id",
            "reference",
            "content",
            "label",
            pl.Series("split", np.where(test, Split.TEST.value, Split.TRAIN.value)),
            pl.Series("fold", folds, dtype=pl.Int32),
            pl.Series("group", group, dtype=pl.Int64),
            *inputs,
        )
    )


def _at(labels: Strata, rows: IntArray) -> Strata:
    return [labels[row] for row in rows]


def _test_part(
    frame: pl.DataFrame,
    labels: Strata,
    group: IntArray,
    together: str | None,
    fraction: float,
    seed: int,
    notes: list[str],
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if fraction <= 0:
        return np.zeros(len(labels), dtype=np.bool_)
    apart = (frame["split"] == Split.TEST.value).fill_null(False).to_numpy()
    if not apart.any():
        return assign_test(labels, group, fraction, seed)
    pictures = frame["reference"].is_not_null().to_numpy()  # two rows of a table may well be alike by chance
    leaked = apart & (pictures if together is None else True) & np.isin(group, group[~apart])
    if leaked.any():
        copies = count(int(leaked.sum()), "test sample is", "test samples are")
        like = "near-copies of training samples" if together is None else f"of a “{together}” that is learned from"
        notes.append(f"{copies} {like} and would flatter the result, so not tested on.")
        apart = apart & ~leaked
    return np.asarray(apart)
