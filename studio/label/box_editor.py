"""The boxes of one picture while a person draws, moves and resizes them. No widgets; all places in picture pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from labeling.annotations.model import Box

LEAST = 2.0  # pixels of width or height below which a drag was a click
Point = tuple[float, float]


class Grip(Enum):
    """What of a box is held."""

    BODY = "body"
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    TOP_LEFT = "top left"
    TOP_RIGHT = "top right"
    BOTTOM_LEFT = "bottom left"
    BOTTOM_RIGHT = "bottom right"


@dataclass(frozen=True)
class _Gesture:
    """A drag under way: from where, of which box as it was, by what; a new box has no ``grip``."""

    start: Point
    box: Box
    grip: Grip | None


class BoxEditor:
    """Holds the boxes; each finished change has a name for the history, empty where nothing changed."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.chosen: int | None = None
        self._size: Point = (0.0, 0.0)
        self._gesture: _Gesture | None = None
        self._before: list[Box] = []

    def load(self, boxes: Sequence[Box], size: Point) -> None:
        """Begin with the boxes of a picture; the chosen one stays chosen where they are those that were just made."""
        if list(boxes) != self.boxes:
            self.chosen = None
        self.boxes, self._size, self._gesture = list(boxes), size, None

    @property
    def busy(self) -> bool:
        """Whether a drag is under way."""
        return self._gesture is not None

    def grip_at(self, point: Point, reach: float) -> tuple[int, Grip] | None:
        """Return which box is at a point, and by what it would be held; edges count within ``reach`` of them.

        The chosen box comes first, then the smallest, so that what lies inside another can be reached.
        """
        order = sorted(range(len(self.boxes)), key=lambda at: (at != self.chosen, _area(self.boxes[at])))
        for at in order:
            grip = _grip(self.boxes[at], point, reach)
            if grip is not None and (grip is not Grip.BODY or at == self.chosen or not self._edge_at(point, reach)):
                return at, grip
        return None

    def press(self, point: Point, reach: float, new: str | None) -> None:
        """Take hold of the box at a point, or begin a ``new`` one of that class; choose none where there is nothing."""
        inside = self._inside(point)
        self._before = list(self.boxes)
        if new is not None:
            self.boxes.append(Box(new, *inside, 0.0, 0.0))
            self.chosen = len(self.boxes) - 1
            self._gesture = _Gesture(inside, self.boxes[-1], None)
            return
        found = self.grip_at(point, reach)
        self.chosen = found[0] if found is not None else None
        self._gesture = _Gesture(point, self.boxes[found[0]], found[1]) if found is not None else None

    def drag(self, point: Point) -> None:
        """Follow the pointer."""
        if self._gesture is None or self.chosen is None:
            return
        start, box, grip = self._gesture.start, self._gesture.box, self._gesture.grip
        if grip is Grip.BODY:
            moved = self._moved(box, point[0] - start[0], point[1] - start[1])
        elif grip is None:
            moved = _between(box, start, self._inside(point))
        else:
            moved = self._resized(box, grip, self._inside(point))
        self.boxes[self.chosen] = moved

    def release(self) -> str:
        """End the drag; return what it did."""
        gesture, self._gesture = self._gesture, None
        if gesture is None or self.chosen is None:
            return ""
        box = self.boxes[self.chosen]
        if box.width < LEAST or box.height < LEAST:
            self.boxes = list(self._before)
            self.chosen = None if gesture.grip is None else self.chosen
            return ""
        if self.boxes == self._before:
            return ""
        did = {None: "Draw", Grip.BODY: "Move"}.get(gesture.grip, "Resize")
        return f"{did} a box of “{box.label}”"

    def cancel(self) -> None:
        """Give up the drag."""
        if self._gesture is not None:
            self.boxes, self._gesture = list(self._before), None
            self.chosen = self.chosen if self.chosen is not None and self.chosen < len(self.boxes) else None

    def remove(self) -> str:
        """Remove the chosen box."""
        if self.chosen is None:
            return ""
        box = self.boxes.pop(self.chosen)
        self.chosen = None
        return f"Delete a box of “{box.label}”"

    def name(self, label: str) -> str:
        """Give the chosen box another class."""
        if self.chosen is None or self.boxes[self.chosen].label == label:
            return ""
        self.boxes[self.chosen] = replace(self.boxes[self.chosen], label=label)
        return f"Make a box “{label}”"

    def choose_next(self) -> None:
        """Choose the next box, the first after the last."""
        if self.boxes:
            self.chosen = 0 if self.chosen is None else (self.chosen + 1) % len(self.boxes)

    def _edge_at(self, point: Point, reach: float) -> bool:
        return any(_grip(box, point, reach) not in (None, Grip.BODY) for box in self.boxes)

    def _inside(self, point: Point) -> Point:
        return min(max(point[0], 0.0), self._size[0]), min(max(point[1], 0.0), self._size[1])

    def _moved(self, box: Box, across: float, down: float) -> Box:
        x = min(max(box.x + across, 0.0), self._size[0] - box.width)
        y = min(max(box.y + down, 0.0), self._size[1] - box.height)
        return replace(box, x=x, y=y)

    def _resized(self, box: Box, grip: Grip, point: Point) -> Box:
        left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
        words = grip.value.split()
        left, right = (point[0] if "left" in words else left), (point[0] if "right" in words else right)
        top, bottom = (point[1] if "top" in words else top), (point[1] if "bottom" in words else bottom)
        return _between(box, (left, top), (right, bottom))


def _between(box: Box, one: Point, other: Point) -> Box:
    """Return a box with two opposite corners, whichever they are."""
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return replace(box, x=left, y=top, width=right - left, height=bottom - top)


def _area(box: Box) -> float:
    return box.width * box.height


def _grip(box: Box, point: Point, reach: float) -> Grip | None:
    x, y = point
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    if not (left - reach <= x <= right + reach and top - reach <= y <= bottom + reach):
        return None
    across = "left" if abs(x - left) <= reach else "right" if abs(x - right) <= reach else ""
    down = "top" if abs(y - top) <= reach else "bottom" if abs(y - bottom) <= reach else ""
    return Grip(f"{down} {across}".strip() or "body")
