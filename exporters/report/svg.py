"""Scenes as SVG inside the page, coloured by its style sheet so that they follow light and dark."""

from __future__ import annotations

from html import escape

from exporters.report.plain import shown
from exporters.report.plots.scene import Area, Dot, Line, Mark, Rect, Scene, Spot, Words

_LEAST = 560.0  # on a narrow screen a plot is moved sideways rather than made too small to read


def svg(scene: Scene, name: str) -> str:
    """Return the scene as an ``<svg>`` element whose parts are named after ``name``, which is unique on the page."""
    size = f"{_number(scene.width)} {_number(scene.height)}"
    least = f"min-width:{_number(min(scene.width, _LEAST))}px"
    head = (
        f'<svg class="plot" viewBox="0 0 {size}" style="width:{_number(scene.width)}px;{least}" role="img" '
        f'aria-labelledby="{name}-t {name}-d" xmlns="http://www.w3.org/2000/svg">'
    )
    said = f'<title id="{name}-t">{_text(scene.title)}</title><desc id="{name}-d">{_text(scene.description)}</desc>'
    return head + said + "".join(_mark(mark) for mark in scene.marks) + "</svg>"


def _mark(mark: Mark) -> str:
    if isinstance(mark, Rect):
        return _rect(mark)
    if isinstance(mark, Words):
        return _words(mark)
    if isinstance(mark, Line):
        dash = ' stroke-dasharray="5 4"' if mark.dashed else ""
        return (
            f'<polyline points="{_spots(mark.spots)}" class="s-{mark.stroke}" '
            f'stroke-width="{_number(mark.width)}"{dash}/>'
        )
    if isinstance(mark, Area):
        return f'<polygon points="{_spots(mark.spots)}" class="f-{mark.fill}"{_opacity(mark.opacity)}/>'
    assert isinstance(mark, Dot)
    place = f'cx="{_number(mark.x)}" cy="{_number(mark.y)}" r="{_number(mark.radius)}"'
    return f'<circle {place} class="f-{mark.fill}"{_opacity(mark.opacity)}/>'


def _rect(mark: Rect) -> str:
    place = f'x="{_number(mark.x)}" y="{_number(mark.y)}" width="{_number(mark.width)}" height="{_number(mark.height)}"'
    title = f"<title>{_text(mark.title)}</title>" if mark.title else ""
    return f'<rect {place} class="f-{mark.fill}"{_opacity(mark.opacity)}>{title}</rect>'


def _words(mark: Words) -> str:
    place = f'x="{_number(mark.x)}" y="{_number(mark.y)}"'
    turn = f' transform="rotate(-90 {_number(mark.x)} {_number(mark.y)})"' if mark.upwards else ""
    weight = ' font-weight="600"' if mark.bold else ""
    return (
        f'<text {place} class="f-{mark.fill}" font-size="{_number(mark.size)}" '
        f'text-anchor="{mark.anchor}"{weight}{turn}>{_text(mark.text)}</text>'
    )


def _spots(spots: tuple[Spot, ...]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in spots)


def _opacity(value: float) -> str:
    return "" if value >= 1.0 else f' fill-opacity="{_number(value)}"'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _text(text: str) -> str:
    return escape(shown(text))
