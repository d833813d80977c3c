"""How often the model is right when it is so sure: on the diagonal it is as right as it says."""

from __future__ import annotations

from collections.abc import Sequence

from engine.results.calibration import Bin
from engine.wording import of_100
from exporters.report.plots import axis
from exporters.report.plots.scene import Dot, Line, Mark, Rect, Scene, Words

WIDTH, HEIGHT = 480.0, 400.0
_LEFT, _RIGHT, _TOP, _MIDDLE, _BOTTOM = 64.0, 14.0, 12.0, 290.0, 352.0


def reliability(bins: Sequence[Bin], sure: str, right: str) -> Scene:
    """Draw bins with their intervals, and under them how many answers are in each; the words name the axes."""
    across = axis.Axis(0.0, 100.0, _LEFT, WIDTH - _RIGHT)
    up = axis.Axis(0.0, 100.0, _MIDDLE, _TOP)
    marks: list[Mark] = [
        *axis.bottom(across, _BOTTOM, _TOP, sure),
        *axis.left(up, _LEFT, WIDTH - _RIGHT, right),
        Line(((across.start, up.start), (across.end, up.end)), "muted", 1.5, dashed=True),
    ]
    most = max(found.share.total for found in bins)
    for found in bins:
        low, high = found.share.interval
        x, y = across.at(100 * found.said), up.at(100 * found.share.value)
        marks.append(Line(((x, up.at(100 * low)), (x, up.at(100 * high))), "accent", 2.0))
        marks.append(Dot(x, y, 4.5, "accent"))
        tall = max(1.0, 46.0 * found.share.total / most)
        start, end = across.at(100 * found.low), across.at(100 * found.high)
        title = f"{found.share.total} answers"
        marks.append(Rect(start + 1, _BOTTOM - tall, max(end - start - 2, 1.0), tall, "accent", 0.45, title))
    marks.append(Words(_LEFT + 4, _MIDDLE + 15, "how many answers", "start", "muted", 11))
    return Scene(WIDTH, HEIGHT, tuple(marks), "How sure it is, and how right", _words(bins))


def _words(bins: Sequence[Bin]) -> str:
    said = [f"{of_100(found.said)} of 100 sure: {found.share.right} of {found.share.total} so" for found in bins]
    return "Groups of answers by how sure the model was. " + "; ".join(said) + "."
