"""What it was trained on: kind, counts by class and part, where it came from, what was left out."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from engine.dataset import INPUT_PREFIX, Dataset, Split
from engine.task import ColumnType, Kind, Modality, Task
from engine.wording import amount, count, of_100, things
from exporters.report.document import Block, Facts, Figure, Heading, Paragraph, Points, Table
from exporters.report.material import Material
from exporters.report.origins import Origin
from exporters.report.plots.numbers import histogram
from exporters.report.plots.shares import Bar, bars
from exporters.report.sections.words import name_of, names

if TYPE_CHECKING:
    import polars as pl

_MOST_BARS = 30


def data(material: Material) -> list[Block]:
    """Return the chapter."""
    blocks: list[Block] = [Heading("What it learned from")]
    dataset = material.dataset
    if dataset is None:
        return [*blocks, Paragraph("Not known: the samples of the run are not there.")]
    blocks.append(Facts(tuple(_facts(material, dataset))))
    if material.task.kind is Kind.REGRESSION:
        blocks += _numbers(material.task, dataset)
    else:
        blocks += _classes(material.task, material)
    if material.task.modality is Modality.TABLE:
        blocks.append(_columns(material.task, dataset))
    notes = _notes(material)
    if notes:
        blocks += [Heading("What was found in the data, and left out", 3), Points(notes)]
    return blocks


def _facts(material: Material, dataset: Dataset) -> list[tuple[str, str]]:
    modality = material.task.modality
    facts = [("Samples", things(modality, len(dataset)))]
    for part, name in ((Split.TRAIN, "Learned from and chosen by"), (Split.TEST, "Kept apart as test part")):
        found = material.part(part)
        if found is not None:
            facts.append((name, f"{things(modality, len(found))} ({of_100(len(found) / max(len(dataset), 1))} of 100)"))
    facts += _origins(material, dataset)
    facts += _copies(dataset, modality)
    if material.data_sha256 is not None:
        facts.append(("Fingerprint of the data (SHA-256)", material.data_sha256))
    return facts


def _origins(material: Material, dataset: Dataset) -> list[tuple[str, str]]:
    """Return where the samples come from: their files as they lie now, and what was taken in when."""
    taken = [fact for origin in material.origins for fact in _taken(origin, material.task.modality)]
    rows = material.origins and not _references(dataset)
    return taken if rows else [("Where from", _origin(dataset)), *taken]


def _taken(origin: Origin, modality: Modality) -> list[tuple[str, str]]:
    """Return the file or folder of an import, what it held, when, and which file it was."""
    held = [] if origin.samples is None else [things(modality, origin.samples)]
    size = [] if origin.size is None else [f"{count(origin.size)} bytes"]
    moment = [f"on {name_of(origin.taken_in)}"] if origin.taken_in else []
    told = ", ".join([*held, *size, *moment])
    said = ("Taken in", f"“{name_of(origin.name)}” ({told})" if told else f"“{name_of(origin.name)}”")
    return [said] if origin.sha256 is None else [said, ("SHA-256 of that file when the run began", origin.sha256)]


def _references(dataset: Dataset) -> list[str]:
    if "reference" not in dataset.frame.columns:
        return []
    paths: list[str] = dataset.frame["reference"].drop_nulls().to_list()
    return paths


def _origin(dataset: Dataset) -> str:
    """Return the folder that holds the files, without what stands above it: paths tell about people."""
    paths = [PurePath(path) for path in _references(dataset)]
    if not paths:
        return "which file they came from was not recorded"
    shared = list(paths[0].parent.parts)
    for path in paths:
        while tuple(shared) != path.parent.parts[: len(shared)]:
            shared.pop()
    endings = Counter(path.suffix.lower() or "without ending" for path in paths)
    kinds = ", ".join(f"{count(number)} {name_of(ending)}" for ending, number in endings.most_common(5))
    folder = "/".join(part for part in shared[-2:] if part != "/")
    return f"files in the folder “{name_of(folder)}” ({kinds})" if folder else f"files in several folders ({kinds})"


def _copies(dataset: Dataset, modality: Modality) -> list[tuple[str, str]]:
    if "group" not in dataset.frame.columns:
        return []
    sizes = np.unique(dataset.frame["group"].to_numpy(), return_counts=True)[1]
    alike = sizes[sizes > 1]
    if not len(alike):
        return [("Copies, or declared to belong together", "none found")]
    found = f"{things(modality, int(alike.sum()))} in {count(len(alike))} groups"
    said = f"{found}, each kept whole on one side of every check"
    return [("Copies, or declared to belong together", said)]


def _classes(task: Task, material: Material) -> list[Block]:
    counted = {part: _counts(material.part(part), task) for part in Split}
    totals = {name: sum(counted[part].get(name, 0) for part in Split) for name in task.classes}
    order = sorted(task.classes, key=lambda name: -totals[name])
    everything = max(sum(totals.values()), 1)
    rows = [
        Bar(name, tuple(float(counted[part].get(name, 0)) for part in Split), _said(totals[name], everything))
        for name in order[:_MOST_BARS]
    ]
    most, least = order[0], order[-1]
    description = (
        f"Samples of each class. The commonest, {name_of(most)}, has {count(totals[most])}; the rarest, "
        f"{name_of(least)}, {count(totals[least])}."
    )
    more = "" if len(order) <= _MOST_BARS else f" The {_MOST_BARS} commonest of {count(len(order))} are drawn."
    figure = Figure(
        bars(rows, ("learned from", "test part"), "Samples of each class", description),
        f"How many samples of each class there are; in brackets of all labels given.{more}",
    )
    cells = tuple(
        (name_of(name), count(counted[Split.TRAIN].get(name, 0)), count(counted[Split.TEST].get(name, 0)))
        for name in order
    )
    table = Table("Samples by class and part", ("Class", "Learned from", "Test part"), cells, frozenset({1, 2}), 12)
    return [figure, table]


def _said(number: int, everything: int) -> str:
    share = number / everything
    return f"{count(number)} ({'under 1' if 0 < share < 0.01 else of_100(share)}%)"


def _counts(dataset: Dataset | None, task: Task) -> Counter[str]:
    if dataset is None or "label" not in dataset.frame.columns:
        return Counter()
    labels = dataset.frame["label"].drop_nulls().to_list()
    if task.kind is Kind.MULTILABEL:
        return Counter(name for several in labels for name in several)
    return Counter(str(label) for label in labels)


def _numbers(task: Task, dataset: Dataset) -> list[Block]:
    values = dataset.frame["label"].drop_nulls().to_numpy().astype(np.float64)
    what = name_of(task.target or "the value")
    if not len(values):
        return []
    low, middle, high = (amount(float(f(values)), 4) for f in (np.min, np.median, np.max))
    figure = histogram(values, what, f"How {what} is spread")
    caption = (
        f"{what} lies between {low} and {high}, half of the samples below {middle}. All {count(len(values))} samples."
    )
    return [Figure(figure, caption)]


def _columns(task: Task, dataset: Dataset) -> Table:
    rows = tuple(_column(dataset.frame, column.name, column.type) for column in task.columns)
    caption = "The columns that are learned from, as they are in all samples"
    return Table(caption, ("Column", "Kind", "Missing", "Values"), rows, frozenset({2}), 20)


def _column(frame: pl.DataFrame, name: str, kind: ColumnType) -> tuple[str, str, str, str]:
    stored = INPUT_PREFIX + name
    if stored not in frame.columns:
        return name_of(name), kind.value, "all", ""
    column = frame[stored]
    missing = f"{of_100(column.null_count() / max(len(column), 1))}%"
    there = column.drop_nulls()
    if not len(there):
        return name_of(name), kind.value, missing, ""
    if kind in (ColumnType.NUMBER, ColumnType.DATE):
        return name_of(name), kind.value, missing, _range(there, kind)
    common = there.value_counts(sort=True, name="times").head(3)[stored].to_list()
    said = f"{count(there.n_unique())} different, often {names([str(value) for value in common], 3)}"
    return name_of(name), kind.value, missing, said


def _range(there: pl.Series, kind: ColumnType) -> str:
    low, high = (float(bound) for bound in np.percentile(there.to_numpy(), [0, 100]))
    if kind is ColumnType.DATE:
        return f"{_date(low)} to {_date(high)}"
    return f"{_value(low)} to {_value(high)}"


def _value(number: float) -> str:
    """Return a number as a column holds it: small whole ones, such as years, without marks between their figures."""
    return str(int(number)) if number == int(number) and abs(number) < 10_000 else amount(number, 4)


def _date(days: float) -> str:
    try:
        return str(np.datetime64(0, "D") + int(days))
    except (OverflowError, ValueError):
        return amount(days)


_OPTIONS = ("--keep-column", "--group")  # what names one says what to do about the data, not what it is


def _notes(material: Material) -> tuple[str, ...]:
    """Return the sentences about the data; those about the training, which come behind them, are told elsewhere."""
    return (
        ()
        if material.run is None
        else tuple(note for note in material.run.options.notes if not any(option in note for option in _OPTIONS))
    )
