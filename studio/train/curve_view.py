"""The learning curve: a step line that rises while one watches, with a table of the same numbers."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from engine.curve import CONSTANT
from studio import theme, wording
from studio.train.curve_model import (
    FIRST_LOG_S,
    CurveModel,
    axis_title,
    description,
    height_range,
    shown,
    steps,
    time_ticks,
    value_text,
)
from studio.train.progress import RunProgress
from studio.widgets.table import table


class CurvePlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """The drawn curve. The arrow keys read it point by point."""

    def __init__(self) -> None:
        super().__init__()
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMinimumHeight(190)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Learning curve")
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._line = self.plot([], [])
        self._line.setSkipFiniteCheck(True)
        self._marker = pg.ScatterPlotItem(size=11)
        self._label = pg.TextItem()
        self._guess = pg.InfiniteLine(
            angle=0, label="plain guess", labelOpts={"position": 0.9, "anchors": [(1, 1)] * 2}
        )
        self.addItem(self._guess)
        self.addItem(self._marker)
        self.addItem(self._label)
        self._progress = RunProgress()
        self._logarithmic = False
        self._read: int | None = None
        theme.theme().changed.connect(self.restyle)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme."""
        colours = theme.colours()
        self.setBackground(colours.surface)
        self._line.setPen(pg.mkPen(colours.accent, width=2.5))
        self._marker.setBrush(pg.mkBrush(colours.accent))
        self._marker.setPen(pg.mkPen(colours.surface, width=2))
        self._label.setColor(QColor(colours.text))
        self._label.fill = pg.mkBrush(colours.surface)
        self._guess.setPen(pg.mkPen(colours.control, width=1, style=Qt.PenStyle.DashLine))
        self._guess.label.setColor(QColor(colours.muted))
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.enableAutoSIPrefix(False)
        self.showGrid(x=False, y=True, alpha=0.25 if colours.dark else 0.15)

    def set_logarithmic(self, on: bool) -> None:
        """Stretch the first seconds, where most of the learning happens."""
        self._logarithmic = on
        self.show_progress(self._progress)

    def show_progress(self, progress: RunProgress) -> None:
        """Draw the points so far; cheap enough for ten times a second."""
        self._progress = progress
        in_shares = progress.in_shares
        total = max(progress.budget_s, progress.active_s, 10.0)
        times, heights = steps(progress.points, in_shares, progress.active_s)
        self._line.setData(self._across(times), heights)
        first, last = self._across(np.array([FIRST_LOG_S if self._logarithmic else 0.0, total])).tolist()
        self.setXRange(first, last, padding=0.04)
        self._mark((first + last) / 2)
        guesses = [point for point in progress.points if point.learner == CONSTANT]
        self._guess.setVisible(bool(guesses))
        if guesses:
            self._guess.setValue(shown(guesses[0], in_shares))
        self.setYRange(*height_range(progress.points, in_shares), padding=0.03)
        ticks = [(float(self._across(np.array([t]))[0]), text) for t, text in time_ticks(total, self._logarithmic)]
        self.getAxis("bottom").setTicks([ticks])
        self.setLabel("left", axis_title(progress))
        self.setAccessibleDescription(description(progress))

    def _across(self, seconds: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(seconds, FIRST_LOG_S)) if self._logarithmic else seconds

    def _mark(self, middle: float) -> None:
        """Put the marker on the point being read, or else on the best."""
        points, in_shares = self._progress.points, self._progress.in_shares
        if not points:
            self._marker.setData([], [])
            self._label.setText("")
            return
        best = self._progress.best
        point = points[self._read] if self._read is not None and self._read < len(points) else best
        assert point is not None
        x, y = float(self._across(np.array([point.active_s]))[0]), shown(point, in_shares)
        self._marker.setData([x], [y])
        lead = (
            ("best: " if self._progress.ended else "best so far: ")
            if point is best
            else f"after {wording.duration(point.active_s)}: "
        )
        self._label.setText(lead + value_text(point, in_shares))
        self._label.setAnchor(QPointF(-0.05 if x < middle else 1.05, -0.2))
        self._label.setPos(x, y)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left.value: -1, Qt.Key.Key_Right.value: 1}.get(event.key())
        points = self._progress.points
        if step is None or not points:
            event.ignore()
            return
        at = len(points) if self._read is None and step < 0 else -1 if self._read is None else self._read
        self._read = min(len(points) - 1, max(0, at + step))
        self._mark(sum(self.viewRange()[0]) / 2)
        point = points[self._read]
        said = f"After {wording.duration(point.active_s)}: {value_text(point, self._progress.in_shares)}."
        self.setAccessibleDescription(f"{said} {description(self._progress)}")


class CurveView(QWidget):
    """The curve with its two switches: stretched time, and the table of the same numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = CurvePlot()
        self.model = CurveModel(self)
        self.table = table(self.model, "Learning curve as a table")
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.plot)
        self._pages.addWidget(self.table)
        self.stretch = _switch("Stretch the beginning", "Show the first seconds wider than the last")
        self.as_table = _switch("As a table", "Show the same numbers as a table")
        self.stretch.toggled.connect(self.plot.set_logarithmic)
        self.as_table.toggled.connect(lambda on: self._pages.setCurrentIndex(int(on)))
        switches = QHBoxLayout()
        switches.addStretch()
        switches.addWidget(self.stretch)
        switches.addWidget(self.as_table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE // 2)
        layout.addWidget(self._pages, 1)
        layout.addLayout(switches)

    def show_progress(self, progress: RunProgress) -> None:
        """Show the points so far in both forms."""
        self.plot.show_progress(progress)
        self.model.show_points(progress.points, progress.in_shares)


def _switch(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(True)
    button.setProperty("kind", "quiet")
    button.setToolTip(tip)
    return button
