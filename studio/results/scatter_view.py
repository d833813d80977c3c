"""A regression's answers beside the truth: on the line is right, far from it is wrong."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from engine.arrays import FloatArray
from studio import wording
from studio.theme import colours, theme

MOST_POINTS = 3000


class ScatterView(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Truth across, answer up. More than :data:`MOST_POINTS` samples are thinned evenly."""

    def __init__(self) -> None:
        super().__init__()
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFixedHeight(340)
        self.setAccessibleName("Answers beside the truth")
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._line = pg.PlotDataItem()
        self._dots = pg.ScatterPlotItem(size=6)
        self.addItem(self._dots)
        self.addItem(self._line)
        theme().changed.connect(self._restyle)
        self._restyle()

    def show_answers(self, truth: FloatArray, said: FloatArray, what: str) -> None:
        """Show answers [n] beside true values [n] of ``what``."""
        step = max(1, len(truth) // MOST_POINTS)
        self._dots.setData(truth[::step], said[::step])
        low, high = float(min(truth.min(), said.min())), float(max(truth.max(), said.max()))
        self._line.setData(np.array([low, high]), np.array([low, high]))
        self.setLabel("bottom", f"True {what}")
        self.setLabel("left", "The model's answer")
        self.setAccessibleDescription(
            f"{wording.count(len(truth))} answers between {wording.amount(float(said.min()))} and "
            f"{wording.amount(float(said.max()))}; true values between {wording.amount(float(truth.min()))} and "
            f"{wording.amount(float(truth.max()))}. The largest errors are in the list."
        )

    def _restyle(self) -> None:
        now = colours()
        dot = QColor(now.accent)
        dot.setAlphaF(0.5)
        self.setBackground(now.surface)
        self._dots.setBrush(pg.mkBrush(dot))
        self._dots.setPen(pg.mkPen(None))
        self._line.setPen(pg.mkPen(now.muted, width=1.5, style=Qt.PenStyle.DashLine))
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(now.border))
            axis.setTextPen(pg.mkPen(now.muted))
            axis.enableAutoSIPrefix(False)
