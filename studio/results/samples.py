"""The samples behind a report's rows, as they lie in the run's frozen dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.dataset import INPUT_PREFIX, Dataset
from studio import wording
from studio.results.report import Report
from studio.results.samples_view import MOST, SampleLine
from studio.results.words import verdict

if TYPE_CHECKING:
    from engine.arrays import IntArray

MOST_COLUMNS = 8


class Samples:
    """Looks samples up by id. Making one reads the ids of the whole dataset once."""

    def __init__(self, report: Report, dataset: Dataset) -> None:
        self._report = report
        self._frame = dataset.frame
        self._places = {sample: place for place, sample in enumerate(dataset.ids)}
        self._inputs = [c.name for c in report.task.columns if INPUT_PREFIX + c.name in dataset.frame.columns]

    def lines(self, rows: IntArray | Sequence[int]) -> list[SampleLine]:
        """Return the first samples of ``rows`` of the report, at most :data:`MOST`."""
        return [self._line(int(row)) for row in rows[:MOST]]

    def _line(self, row: int) -> SampleLine:
        sample = self._report.verdicts.ids[row]
        said = verdict(self._report, row)
        place = self._places.get(sample)
        if place is None:
            return SampleLine(sample, said, sample)
        if not self._inputs:
            reference, content = self._frame["reference"][place], self._frame["content"][place]
            return SampleLine(sample, said, sample, str(reference), str(content))
        shown = [f"{name} {_plain(self._frame[INPUT_PREFIX + name][place])}" for name in self._inputs[:MOST_COLUMNS]]
        return SampleLine(sample, f"Row {sample} {said}", " · ".join(shown))


def _plain(value: object) -> str:
    if value is None:
        return "missing"
    return wording.amount(value, 6) if isinstance(value, float) else str(value)
