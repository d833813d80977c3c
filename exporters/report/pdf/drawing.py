"""Scenes drawn with the pen of the PDF: the same shapes as on the page, in its light colours."""

from __future__ import annotations

from exporters.report.pdf.paper import Paper, colour
from exporters.report.plots.scene import Area, Dot, Line, Mark, Rect, Scene, Words


def draw(paper: Paper, scene: Scene, x: float, y: float, scale: float) -> None:
    """Draw a scene with its upper left corner at a spot; ``scale`` is points a pixel."""
    pen = _Pen(paper, x, y, scale)
    for mark in scene.marks:
        pen.draw(mark)


class _Pen:
    def __init__(self, paper: Paper, x: float, y: float, scale: float) -> None:
        self._paper, self._x, self._y, self._scale = paper, x, y, scale

    def draw(self, mark: Mark) -> None:
        match mark:
            case Rect():
                self._rect(mark)
            case Line():
                self._line(mark)
            case Area():
                self._area(mark)
            case Dot():
                self._dot(mark)
            case Words():
                self._words(mark)

    def _spot(self, x: float, y: float) -> tuple[float, float]:
        return self._x + x * self._scale, self._y + y * self._scale

    def _rect(self, mark: Rect) -> None:
        if mark.opacity <= 0:
            return
        x, y = self._spot(mark.x, mark.y)
        with self._paper.local_context(fill_opacity=mark.opacity):
            self._paper.set_fill_color(*colour(mark.fill))
            self._paper.rect(x, y, mark.width * self._scale, mark.height * self._scale, style="F")

    def _line(self, mark: Line) -> None:
        paper = self._paper
        paper.set_draw_color(*colour(mark.stroke))
        paper.set_line_width(mark.width * self._scale)
        if mark.dashed:
            paper.set_dash_pattern(dash=5 * self._scale, gap=4 * self._scale)
        paper.polyline([self._spot(x, y) for x, y in mark.spots])
        if mark.dashed:
            paper.set_dash_pattern()

    def _area(self, mark: Area) -> None:
        with self._paper.local_context(fill_opacity=mark.opacity):
            self._paper.set_fill_color(*colour(mark.fill))
            self._paper.polygon([self._spot(x, y) for x, y in mark.spots], style="F")

    def _dot(self, mark: Dot) -> None:
        x, y = self._spot(mark.x, mark.y)
        with self._paper.local_context(fill_opacity=mark.opacity):
            self._paper.set_fill_color(*colour(mark.fill))
            self._paper.circle(x, y, mark.radius * self._scale, style="F")

    def _words(self, mark: Words) -> None:
        paper = self._paper
        paper.pen(mark.size * self._scale, mark.fill, mark.bold)
        text = paper.plain(mark.text)
        wide = paper.get_string_width(text)
        back = {"start": 0.0, "middle": wide / 2, "end": wide}[mark.anchor]
        x, y = self._spot(mark.x, mark.y)
        if mark.upwards:
            with paper.rotation(90, x, y):
                self._put(text, x - back, y, mark.size)
        else:
            self._put(text, x - back, y, mark.size)

    def _put(self, text: str, x: float, y: float, size: float) -> None:
        """Write one line whose baseline is at ``y``; only cells can mix fonts."""
        paper, tall = self._paper, size * self._scale
        paper.set_xy(x, y - 0.8 * tall)
        paper.cell(0, tall, text)
