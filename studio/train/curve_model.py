"""The learning curve as numbers: a table for those who read it, arrays for those who see it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from engine.arrays import FloatArray
from engine.task import Kind
from studio import wording
from studio.train.progress import CurvePoint, RunProgress

Index = QModelIndex | QPersistentModelIndex

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
_LOG_TICKS = (1, 3, 10, 30, 60, 180, 600, 1800, 3600, 10800, 36000, 86400)
FIRST_LOG_S = 1.0


def shown(point: CurvePoint, in_shares: bool) -> float:
    """Return the height of a point: of 100, or the metric."""
    return 100.0 * point.share if in_shares and point.share is not None else point.score


def value_text(point: CurvePoint, in_shares: bool) -> str:
    """Return the height of a point in words."""
    if in_shares and point.share is not None:
        return f"{wording.of_100(point.share)} of 100"
    return wording.amount(point.score)


def axis_title(progress: RunProgress) -> str:
    """Return what the vertical axis shows, in words."""
    if progress.points and not progress.in_shares:
        return f"Score ({progress.metric})"
    if progress.kind is Kind.REGRESSION:
        return "Explained of 100"
    return "Right of 100"


def steps(points: list[CurvePoint], in_shares: bool, until: float) -> tuple[FloatArray, FloatArray]:
    """Return times and heights of the step curve, each [2n]: a model serves until the next one does."""
    if not points:
        return np.zeros(0), np.zeros(0)
    starts = np.array([point.active_s for point in points])
    heights = np.array([shown(point, in_shares) for point in points])
    ends = np.append(starts[1:], max(until, starts[-1]))
    return np.column_stack([starts, ends]).ravel(), np.repeat(heights, 2)


def height_range(points: list[CurvePoint], in_shares: bool) -> tuple[float, float]:
    """Return the vertical range, in round figures so that it seldom jumps."""
    values = [shown(point, in_shares) for point in points]
    if in_shares or not values:
        lowest = min(values, default=50.0)
        below = 10.0 * math.floor((lowest - 4.0) / 10.0)
        return (max(0.0, below) if lowest >= 0 else below), 100.0
    low, high = min(values), max(values)
    unit = 10.0 ** math.floor(math.log10(max(high - low, abs(high) * 0.1, 1e-6)))
    top = unit * math.ceil((high + 0.1 * unit) / unit)
    return unit * math.floor((low - 0.1 * unit) / unit), max(top, unit)


def time_ticks(total: float, logarithmic: bool) -> list[tuple[float, str]]:
    """Return where the time axis is marked, in seconds, and with what."""
    if logarithmic:
        return [(float(t), wording.duration(t)) for t in _LOG_TICKS if t <= total]
    step = next((step for step in _STEPS if total / step <= 6), 86400)
    return [(float(t), wording.duration(t)) for t in range(0, int(total) + 1, step)]


def description(progress: RunProgress) -> str:
    """Return the curve as a sentence, for those who do not see it."""
    if not progress.points:
        return "The learning curve is empty: no model has been measured yet."
    first, last = progress.points[0], progress.points[-1]
    in_shares = progress.in_shares
    text = f"{axis_title(progress)}. {value_text(first, in_shares)} after {wording.duration(first.active_s)}"
    if last is not first:
        text += f", {value_text(last, in_shares)} after {wording.duration(last.active_s)}"
    improvements = len(progress.points) - 1
    return f"{text}. {improvements} improvement{'' if improvements == 1 else 's'} so far."


class CurveModel(QAbstractTableModel):
    """The points of a curve, one a row: when, how good, made by what."""

    HEADERS = ("After", "How good", "Made by")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._points: list[CurvePoint] = []
        self._in_shares = False

    def show_points(self, points: list[CurvePoint], in_shares: bool) -> None:
        """Show these points; those already shown must be the first of them."""
        if in_shares != self._in_shares or len(points) < len(self._points):
            self.beginResetModel()
            self._points, self._in_shares = list(points), in_shares
            self.endResetModel()
        elif len(points) > len(self._points):
            self.beginInsertRows(QModelIndex(), len(self._points), len(points) - 1)
            self._points = list(points)
            self.endInsertRows()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self._points)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self.HEADERS)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        point = self._points[index.row()]
        return (wording.duration(point.active_s), value_text(point, self._in_shares), point.learner)[index.column()]

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.HEADERS[section] if orientation is Qt.Orientation.Horizontal else str(section + 1)
