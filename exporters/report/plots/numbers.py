"""The answers of a regression: each beside the truth, and how far off they are."""

from __future__ import annotations

import numpy as np

from engine.arrays import FloatArray
from engine.wording import amount, count
from exporters.report.plots import axis
from exporters.report.plots.scene import Dot, Line, Mark, Rect, Scene, Words

MOST_DOTS = 1500
BARS = 25
_SQUARE, _WIDTH, _HEIGHT = 480.0, 620.0, 250.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 84.0, 16.0, 14.0, 50.0


def beside_truth(truth: FloatArray, said: FloatArray, what: str) -> Scene:
    """Draw answers [n] over true values [n]; of very many an even part."""
    step = max(1, -(-len(truth) // MOST_DOTS))
    both = [float(f(values)) for values in (truth, said) for f in (np.min, np.max)]
    across = axis.spanning(both, _LEFT, _SQUARE - _RIGHT)
    up = axis.spanning(both, _SQUARE - _BOTTOM, _TOP)
    marks: list[Mark] = [
        *axis.bottom(across, _SQUARE - _BOTTOM, _TOP, f"true {what}", most=5),
        *axis.left(up, _LEFT, _SQUARE - _RIGHT, "the model's answer"),
        Line(((across.start, up.start), (across.end, up.end)), "muted", 1.5, dashed=True),
    ]
    pairs = zip(truth[::step].tolist(), said[::step].tolist(), strict=True)
    marks += [Dot(across.at(true), up.at(answer), 2.6, "accent", 0.5) for true, answer in pairs]
    description = (
        f"{count(len(truth[::step]))} answers over the true {what}. True values lie between {amount(both[0])} and "
        f"{amount(both[1])}, answers between {amount(both[2])} and {amount(both[3])}; on the dashed line an answer "
        "is right."
    )
    return Scene(_SQUARE, _SQUARE, tuple(marks), "Answers beside the truth", description)


def histogram(values: FloatArray, what: str, title: str, zero: bool = False) -> Scene:
    """Draw how values [n] are spread; the rare ones beyond the middle 99% are counted into the outermost bars."""
    low, high = (float(bound) for bound in np.percentile(values, [0.5, 99.5]))
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, edges = np.histogram(np.clip(values, low, high), bins=BARS, range=(low, high))
    across = axis.Axis(low, high, _LEFT, _WIDTH - _RIGHT)
    up = axis.Axis(0.0, float(max(counts.max(), 1)) * 1.06, _HEIGHT - _BOTTOM, _TOP)
    marks: list[Mark] = [
        *axis.bottom(across, _HEIGHT - _BOTTOM, _TOP, what),
        *axis.left(up, _LEFT, _WIDTH - _RIGHT, "samples", most=4),
    ]
    for number, start, end in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        x, y = across.at(start), up.at(number)
        said = f"{count(number)} from {amount(start)} to {amount(end)}"
        marks.append(Rect(x + 0.5, y, across.at(end) - x - 1, up.start - y, "accent", 0.75, said))
    if zero and low < 0 < high:
        marks.append(Line(((across.at(0), up.start), (across.at(0), up.end)), "ink", 1.5, dashed=True))
        marks.append(Words(across.at(0) + 5, _TOP + 10, "right", "start", "muted", 11))
    quarter = [amount(float(bound)) for bound in np.percentile(values, [5, 50, 95])]
    description = (
        f"How {what} is spread over {count(len(values))} samples: 5 of 100 lie below {quarter[0]}, "
        f"half below {quarter[1]}, 95 of 100 below {quarter[2]}."
    )
    return Scene(_WIDTH, _HEIGHT, tuple(marks), title, description)
