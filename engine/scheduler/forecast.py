"""What a learner's past says about its future: when it will be through, and how much better it will be."""

from __future__ import annotations

from collections.abc import Sequence

from engine.scheduler.base import Standing

Points = Sequence[tuple[float, float]]

WORK = 0.25  # of a first slice is work at least, as far as is hoped; the rest may be libraries and weights being loaded
FIRST = 0.4  # of its work a learner has done when it has something to show, at the latest as a rule
_POWERS = (1.0, 0.5, 2.0)  # of ever slower learning; where points fit all equally well, the first is believed
_FADING = 0.7  # how much less than its successor a point counts


def seconds_to_end(standing: Standing) -> float | None:
    """Return how many seconds of work a learner still needs, at its pace since its first slice; None while unknown."""
    if standing.share <= 0.0 or standing.seconds <= 0.0:
        return None
    left = max(0.0, 1.0 - standing.share)
    since, gained = standing.seconds - standing.first[0], standing.share - standing.first[1]
    if standing.slices >= 2 and gained > 0.0:
        return since / gained * left
    return WORK * standing.seconds / standing.share * left


def seconds_to_candidate(standing: Standing) -> float | None:
    """Return in how many seconds of work a learner will have something new to show; None while it cannot be told.

    A first one is expected at two fifths of the work, as networks have it that are tuned, and further ones as far apart
    as the last two were; none later than the end of the learner's work.
    """
    end = seconds_to_end(standing)
    if not standing.curve:
        if end is None or standing.share >= FIRST:
            return end
        return end * (FIRST - standing.share) / (1.0 - standing.share)
    moments = [0.0, *(moment for moment, _ in standing.curve)]
    after = max(0.0, moments[-1] + (moments[-1] - moments[-2]) - standing.seconds)
    return after if end is None else min(after, end)


def gain(points: Points, ahead: float) -> float:
    """Return by how much a score will rise in ``ahead`` more seconds of work, from two points or more.

    ``top - fall * (1 + t) ** -power`` is fitted by least squares, late points counting most; a curve that has fallen
    promises nothing.
    """
    fits = [_fit(points, power) for power in _POWERS]
    _, fall, power = min(fits, key=lambda fit: fit[0])
    now = 1.0 + max(0.0, points[-1][0])
    return float(max(0.0, fall * (now**-power - (now + ahead) ** -power)))


def hopeful_gain(points: Points, ahead: float) -> float:
    """Return the most that any of the curves fitted to the points, or to the best so far at each, promises."""
    so_far = [(moment, max(score for _, score in points[: place + 1])) for place, (moment, _) in enumerate(points)]
    falls = [(_fit(curve, power)[1], power) for curve in (points, so_far) for power in _POWERS]
    now = 1.0 + max(0.0, points[-1][0])
    return float(max(0.0, *(fall * (now**-power - (now + ahead) ** -power) for fall, power in falls)))


def _fit(points: Points, power: float) -> tuple[float, float, float]:
    """Return the squared error, the fall and the power; errors below rounding count as none."""
    weights = [_FADING ** (len(points) - 1 - place) for place in range(len(points))]
    total = sum(weights)
    faded = [(1.0 + max(0.0, moment)) ** -power for moment, _ in points]
    middle = sum(w * x for w, x in zip(weights, faded, strict=True)) / total
    level = sum(w * score for w, (_, score) in zip(weights, points, strict=True)) / total
    spread = sum(w * (x - middle) ** 2 for w, x in zip(weights, faded, strict=True))
    rows = list(zip(weights, faded, points, strict=True))
    slope = sum(w * (x - middle) * (score - level) for w, x, (_, score) in rows) / spread if spread > 1e-12 else 0.0
    error = sum(w * (score - level - slope * (x - middle)) ** 2 for w, x, (_, score) in rows)
    return round(error, 12), -slope, power
