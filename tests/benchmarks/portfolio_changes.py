"""What recorded runs change in the order of learners, for the data they are about: with its own runs, and without."""

from __future__ import annotations

from collections.abc import Sequence

from engine.modalities import Entry, by_hand
from engine.modalities.learned import Meta, Record, reorder
from engine.task import Column, ColumnType, Kind, Modality, Task


def changes(records: Sequence[Record]) -> list[str]:
    """Return a line of Markdown for each dataset: the learners that come at another place than by hand.

    The places are told twice: as all runs have it, and as the runs on other data alone do, which is what a dataset that
    nobody recorded would get.
    """
    lines = []
    for data, meta in {record.data: record.meta for record in records}.items():
        entries = _entries(meta)
        all_runs = _moved(entries, reorder(entries, meta, records))
        others = _moved(entries, reorder(entries, meta, [record for record in records if record.data != data]))
        lines.append(f"- {data}: {all_runs}; without its own runs: {others}")
    return lines


def _entries(meta: Meta) -> tuple[Entry, ...]:
    """Return the portfolio by hand for a task of which only the recorded facts are known."""
    kind, modality = Kind(meta.kind), Modality(meta.modality)
    classes = () if kind is Kind.REGRESSION else tuple(f"class {number}" for number in range(meta.classes))
    wide = range(int(meta.extent or 0)) if modality is Modality.TABLE else ()
    columns = tuple(Column(f"column {number}", ColumnType.NUMBER) for number in wide)
    entries = by_hand(Task(modality, kind, classes, columns=columns), meta.samples, meta.device)
    return tuple(entry for entry in entries if entry.suits(meta.extent))


def _moved(entries: Sequence[Entry], taught: Sequence[Entry]) -> str:
    """Return which learners moved, with their places by hand and now."""
    before = {entry.name: place for place, entry in enumerate(entries, 1)}
    moved = [
        f"{entry.name} ({before[entry.name]} → {place})"
        for place, entry in enumerate(taught, 1)
        if before[entry.name] != place
    ]
    return ", ".join(moved) or "as by hand"
