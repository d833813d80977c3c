"""The boxes of one picture while a person draws, moves and resizes them. No widgets; all places in picture pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from typing_extensions import override

from labeling.annotations.model import LEAST_EXTENT, Box
from studio.label.mark_editor import MarkEditor

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
    """A drag under way: from where, of which box as it was, by what; a new box has no ``grip``.

    A box thinner than ``least`` at the end was a click.
    """

    start: Point
    box: Box
    grip: Grip | None
    least: float


class BoxEditor(MarkEditor[Box]):
    """Holds the boxes of a picture."""

    noun: ClassVar[str] = "box"

    def __init__(self) -> None:
        super().__init__()
        self._size: Point = (0.0, 0.0)
        self._gesture: _Gesture | None = None
        self._before: list[Box] = []

    def load(self, boxes: Sequence[Box], size: Point) -> None:
        """Begin with the boxes of a picture of this size; where they are those of before, a drag under way goes on."""
        if self.busy and (list(boxes), size) == (self._before, self._size):
            return
        self.show(boxes)
        self._size, self._gesture = size, None

    @override
    def place(self, mark: Box) -> tuple[float, ...]:
        return (mark.y, mark.x)

    @property
    def busy(self) -> bool:
        """Whether a drag is under way."""
        return self._gesture is not None

    def grip_at(self, point: Point, reach: float) -> tuple[int, Grip] | None:
        """Return which box is at a point, and by what it would be held; edges count within ``reach`` of them.

        The chosen box comes first, then the smallest, so that what lies inside another can be reached.
        """
        order = sorted(range(len(self.marks)), key=lambda at: (at != self.chosen, _area(self.marks[at])))
        for at in order:
            grip = _grip(self.marks[at], point, reach)
            if grip is not None and (grip is not Grip.BODY or at == self.chosen or not self._edge_at(point, reach)):
                return at, grip
        return None

    def press(self, point: Point, reach: float, new: str | None) -> None:
        """Take hold of the box at a point, or begin a ``new`` one of that class; choose none where there is nothing.

        A drag over less than half the ``reach`` makes no box.
        """
        inside = self._inside(point)
        self._before = list(self.marks)
        if new is not None:
            self.marks.append(Box(new, *inside, 0.0, 0.0))
            self.chosen = len(self.marks) - 1
            self._gesture = _Gesture(inside, self.marks[-1], None, reach / 2)
            return
        found = self.grip_at(point, reach)
        self.chosen = found[0] if found is not None else None
        self._gesture = _Gesture(point, self.marks[found[0]], found[1], 0.0) if found is not None else None

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
        self.marks[self.chosen] = moved

    def release(self) -> str:
        """End the drag; return what it did."""
        gesture, self._gesture = self._gesture, None
        if gesture is None or self.chosen is None:
            return ""
        box = self.marks[self.chosen]
        if min(box.width, box.height) <= max(gesture.least, LEAST_EXTENT):
            self.marks = list(self._before)
            self.chosen = None if gesture.grip is None else self.chosen
            return ""
        if self.marks == self._before:
            return ""
        did = {None: "Draw", Grip.BODY: "Move"}.get(gesture.grip, "Resize")
        return f"{did} a box of “{box.label}”"

    def cancel(self) -> None:
        """Give up the drag."""
        if self._gesture is not None:
            self.marks, self._gesture = list(self._before), None
            self.chosen = self.chosen if self.chosen is not None and self.chosen < len(self.marks) else None

    def put_new(self, label: str, around: Box) -> str:
        """Put a box into the middle of what is seen of the picture, a third as wide and high."""
        width, height = max(1.0, round(around.width / 3)), max(1.0, round(around.height / 3))
        x, y = round(around.x + (around.width - width) / 2), round(around.y + (around.height - height) / 2)
        box = Box(label, float(x), float(y), float(width), float(height))
        return self.add(self._moved(box, 0.0, 0.0))

    def nudge(self, towards: Point, grip: Grip) -> str:
        """Move the chosen box, or its right and lower or its left and upper edges, by some pixels."""
        box = self.mark
        if box is None:
            return ""
        if grip is Grip.BODY:
            return self.put(self._moved(box, *towards), "Move")
        wide, high = min(1.0, box.width), min(1.0, box.height)  # as thin as the keys make it
        if grip is Grip.BOTTOM_RIGHT:
            right = min(max(box.x + box.width + towards[0], box.x + wide), self._size[0])
            bottom = min(max(box.y + box.height + towards[1], box.y + high), self._size[1])
            return self.put(_between(box, (box.x, box.y), (right, bottom)), "Resize")
        left = max(min(box.x + towards[0], box.x + box.width - wide), 0.0)
        top = max(min(box.y + towards[1], box.y + box.height - high), 0.0)
        return self.put(_between(box, (left, top), (box.x + box.width, box.y + box.height)), "Resize")

    def _edge_at(self, point: Point, reach: float) -> bool:
        return any(_grip(box, point, reach) not in (None, Grip.BODY) for box in self.marks)

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
    """Return by what a box is held at a point; the middle of even the smallest can be held to move it."""
    x, y = point
    across = _side(x - box.x, box.width, reach, ("left", "right"))
    down = _side(y - box.y, box.height, reach, ("top", "bottom"))
    return None if across is None or down is None else Grip(f"{down} {across}".strip() or "body")


def _side(at: float, length: float, reach: float, names: tuple[str, str]) -> str | None:
    if not -reach <= at <= length + reach:
        return None
    inner = min(reach, length / 4)
    return names[0] if at <= inner else names[1] if at >= length - inner else ""
