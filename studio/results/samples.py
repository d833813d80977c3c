"""The samples behind a report's rows, as they lie in the run's frozen dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.dataset import INPUT_PREFIX, Dataset
from engine.results.report import Report
from engine.results.words import verdict
from studio.cells import SHOWN_DIGITS, as_text, row_name
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
        columns = [c for c in report.task.columns if INPUT_PREFIX + c.name in frame.columns]
        self._inputs = [(c, frame[INPUT_PREFIX + c.name].to_list()) for c in columns[:MOST_COLUMNS]]
        self._media = () if columns else (frame["reference"].to_list(), frame["content"].to_list())
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
        shown = [f"{c.name} {as_text(values[place], c.type, SHOWN_DIGITS) or 'missing'}" for c, values in self._inputs]
        return SampleLine(sample, f"{row_name(sample)} {said}", " · ".join(shown))
