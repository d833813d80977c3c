"""What was tried, what was taken, and both sides of it: before and after."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from typing_extensions import override

from exporters.base import ExportReport
from exporters.edge.evidence import Loss, Score

_POINTS = 100.0
_NAMES = {"accuracy": "right", "r2": "R²"}


@dataclass(frozen=True)
class Rung:
    """A step of the ladder. ``verdict`` says why it was left, or that it was taken; figures not measured are None."""

    name: str
    way: str
    taken: bool
    verdict: str
    bytes: int | None = None
    milliseconds: float | None = None
    loss: Loss | None = None

    def words(self) -> str:
        """Say what was tried and what came of it.

        >>> Rung("The small model", "static int8", True, "Taken: it keeps the accuracy asked for.").words()
        'The small model, static int8: taken: it keeps the accuracy asked for.'
        """
        name = f"{self.name}, {self.way}" if self.way else self.name
        return f"{name}: {self.verdict[:1].lower()}{self.verdict[1:]}"


@dataclass(frozen=True)
class Row:
    """One side of the comparison.

    ``milliseconds`` is the median time of one answer on this computer, measured in turns with the other rows;
    ``agreement`` the share of samples with the same answer as the model that is served.
    """

    name: str
    way: str
    bytes: int
    milliseconds: float
    score: Score | None
    agreement: float | None

    def words(self) -> str:
        """Say the row in words."""
        size = f"{self.bytes / 1e6:.1f} MB" if self.bytes >= 1e6 else f"{self.bytes / 1e3:.0f} kB"
        said = f"{size}, {self.milliseconds:.3g} ms"
        if self.score is None:
            return said
        value, low, high = (_shown(number, self.score.metric) for number in _interval(self.score))
        return f"{said}, {_NAMES[self.score.metric]} {value} (between {low} and {high})"


def _alike(row: Row) -> str:
    return "" if row.agreement is None else f" It gives the same answer to {_POINTS * row.agreement:.1f} of 100."


def _interval(score: Score) -> tuple[float, float, float]:
    return score.value, score.low, score.high


def _shown(value: float, metric: str) -> str:
    return f"{value:.1%}" if metric == "accuracy" else f"{value:.3f}"


@dataclass(frozen=True)
class Comparison:
    """The served model beside what was made of it.

    ``rows`` are the model as it is served, then, where that is another, the chosen model before it was compressed, at
    last the artefact. ``measured_on`` is ``test`` (the untouched part), ``held out``, or ``nothing``. ``loss`` is by
    how much the score fell from the first row to the last on the same samples. ``judged_by`` is ``parity`` where the
    artefact stands for the served model itself in float32, else ``accuracy``: the loss was held below ``max_loss`` on
    samples held out.
    """

    device: str
    max_loss: float
    max_latency_ms: float | None
    judged_by: str
    measured_on: str
    rows: tuple[Row, ...]
    loss: Loss | None
    ladder: tuple[Rung, ...]

    @property
    def unchanged(self) -> bool:
        """Whether nothing smaller was found, so that the model went out as it is."""
        return self.judged_by == "parity"

    @property
    def within(self) -> bool:
        """Whether the loss that was measured in the end is within the limit, too."""
        return self.loss is None or self.loss.value <= self.max_loss + 1e-12

    def sentences(self) -> tuple[str, ...]:
        """Say what came of it, and what the person has to know."""
        before, after = self.rows[0], self.rows[-1]
        said = [f"As it is served: {before.words()}."]
        if self.unchanged:
            said.append(f"{self.ladder[-1].verdict} Nothing smaller kept what was asked.")
        else:
            said.append(f"Now: {after.words()}.{_alike(after)}")
        if not self.within and self.loss is not None:
            said.append(
                f"Take care: on the test part {_POINTS * self.loss.value:.1f} points were lost (between "
                f"{_POINTS * self.loss.low:.1f} and {_POINTS * self.loss.high:.1f}), more than the "
                f"{_POINTS * self.max_loss:g} asked for, though not on the samples held out. "
                "Ask for a smaller loss, or use the model as it is."
            )
        said.append(
            f"Times are those of this computer, measured in turns; those of {self.device} are others."
            if self.device != "this computer"
            else "Times were measured in turns, so they can be compared."
        )
        return tuple(said)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"within": self.within, "unchanged": self.unchanged}


@dataclass(frozen=True)
class EdgeReport(ExportReport):
    """What was handed over, and how it compares."""

    comparison: Comparison | None = None

    @override
    def sentence(self) -> str:
        assert self.comparison is not None
        return f"Wrote {self.path} for {self.comparison.device}. " + " ".join(self.comparison.sentences())

    @override
    def lines(self) -> tuple[str, ...]:
        assert self.comparison is not None
        tried = (f"- {rung.words()}" for rung in self.comparison.ladder)
        return self.sentence(), "What was tried:", *tried, *self.notes

    @override
    def to_json(self) -> dict[str, Any]:
        assert self.comparison is not None
        said = self.comparison
        return {**super().to_json(), "comparison": said.to_json(), "sentences": said.sentences()}
