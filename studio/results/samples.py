"""The samples behind a report's rows, as they lie in the run's frozen dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.dataset import INPUT_PREFIX, Dataset
from engine.results.report import Report
from engine.results.words import verdict
from studio import wording
from studio.results.samples_view import MOST, SampleLine

if TYPE_CHECKING:
    from engine.arrays import IntArray

MOST_COLUMNS = 8


class Samples:
    """Looks samples up by id. Making one reads the whole dataset once and finds the ``worst``: for a thread."""

    def __init__(self, report: Report, dataset: Dataset) -> None:
        self._report = report
        frame = dataset.frame
        self._places = {sample: place for place, sample in enumerate(dataset.ids)}
        names = [c.name for c in report.task.columns if INPUT_PREFIX + c.name in frame.columns]
        self._inputs = {name: frame[INPUT_PREFIX + name].to_list() for name in names[:MOST_COLUMNS]}
        self._media = () if names else (frame["reference"].to_list(), frame["content"].to_list())
        self.worst = self.lines(report.worst)

    def lines(self, rows: IntArray | Sequence[int]) -> list[SampleLine]:
        """Return the first samples of ``rows`` of the report, at most :data:`MOST`."""
        return [self._line(int(row)) for row in rows[:MOST]]

    def _line(self, row: int) -> SampleLine:
        sample = self._report.verdicts.ids[row]
        said = verdict(self._report, row)
        place = self._places.get(sample)
        if place is None:
            return SampleLine(sample, said, sample)
        if self._media:
            references, contents = self._media
            return SampleLine(sample, said, sample, str(references[place]), str(contents[place]))
        shown = [f"{name} {_plain(values[place])}" for name, values in self._inputs.items()]
        return SampleLine(sample, f"Row {sample} {said}", " · ".join(shown))


def _plain(value: object) -> str:
    if value is None:
        return "missing"
    return wording.amount(value, 6) if isinstance(value, float) else str(value)
