"""Whether the model is as right as it is sure."""

from __future__ import annotations

from engine.results.calibration import Calibration, calibration
from engine.results.report import Report
from engine.wording import amount
from exporters.report.document import Block, Figure, Heading, Paragraph, Table
from exporters.report.material import Material
from exporters.report.plots.reliability import reliability
from exporters.report.sections.words import measured_on, share_words


def sureness(material: Material) -> list[Block]:
    """Return the chapter; nothing for numbers, which come without sureness."""
    measured = material.measured
    if measured is None or not measured.classifies:
        return []
    found = _calibration(measured)
    what = "a class is there" if measured.several else "its answer is right"
    return [
        Heading("How sure it is"),
        Paragraph(
            f"With each answer the model says how sure it is that {what}. {_gap(found, measured.several)} "
            f"{measured_on(material)}"
        ),
        Figure(
            reliability(found.bins, "how sure the model was, of 100", "how often it was so, of 100"),
            "Answers grouped by how sure the model was, with 95% intervals; on the dashed line it is as right as it "
            "says, below it too sure. The bars show how many answers each group holds.",
        ),
        Table(
            "Answers by how sure the model was",
            ("Sure, of 100", "On average", "Was so"),
            tuple(
                (f"{100 * one.low:.0f} to {100 * one.high:.0f}", f"{100 * one.said:.0f}", share_words(one.share))
                for one in found.bins
            ),
            frozenset({1}),
        ),
        Paragraph(
            f"Expected calibration error, ten bins: {amount(found.error)} ({amount(found.error_interval[0])} to "
            f"{amount(found.error_interval[1])}); with few samples it is larger by chance alone.",
            muted=True,
        ),
    ]


def _calibration(measured: Report) -> Calibration:
    verdicts = measured.verdicts
    if measured.several:
        truth, _ = verdicts.sets
        return calibration(verdicts.probabilities.ravel(), truth.ravel())
    truth_codes, said = verdicts.codes
    return calibration(verdicts.probabilities.max(axis=1), truth_codes == said)


def _gap(found: Calibration, several: bool) -> str:
    low, high = found.gap_interval
    between = f"(between {_points(low)} and {_points(high)} of 100)"
    if low <= 0 <= high:
        by = f"how sure it is and how often it is right differ by {_points(found.gap)} of 100 {between}"
        return f"On average that fits: {by}, which may be chance."
    if several:
        side = (
            "expects a class more often than it is there"
            if found.gap > 0
            else "expects a class less often than it is there"
        )
        return f"On average it {side}, by {_points(abs(found.gap))} of 100 {between}."
    side = "too sure" if found.gap > 0 else "not sure enough"
    return f"On average it is {side}, by {_points(abs(found.gap))} of 100 {between}."


def _points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-0.0", "0.0")
