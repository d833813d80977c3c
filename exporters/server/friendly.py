"""``POST /predict``: samples in, answers out, each sample by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from exporters.server.deadline import Deadline
from exporters.server.pictures import TooLarge, pixels_of
from exporters.server.predictor import Shared
from exporters.server.refused import Refused
from exporters.server.room import Room
from exporters.server.samples import Batch
from exporters.server.settings import Limits, Load
from exporters.standalone.package import Answer, Item, Package, Unreadable

_HELD_BYTES = 32_000_000
_HELD_ITEMS = 4096
_CELL_BYTES = 32

Feeds = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Reply:
    """The body of an answer, and how many samples it answers and does not."""

    body: bytes
    answered: int
    unreadable: int


class Asking:
    """A package with its turns; a sample that cannot be read does not keep the others from an answer."""

    def __init__(self, package: Package, load: Load, most_pixels: int, most_values: int = Limits.all_values) -> None:
        self.package = package
        self._room = Room(most_pixels)
        self._values = Room(most_values)
        self._shared = Shared[Item, Answer](package.predict, load)

    def answers(self, batch: Batch, deadline: Deadline) -> list[Answer | Unreadable]:
        """Return an answer for each sample, or why it has none. Of a large batch few samples are unpacked at once.

        Raises:
            Refused: it takes too long (504).
        """
        held = _Held(self._shared, self._room, deadline, len(batch.samples))
        try:
            for place, sample in enumerate(batch.samples):
                deadline.check()
                pixels = pixels_of(sample) if self.package.modality == "image" and isinstance(sample, bytes) else 0
                self._take(held, place, sample, pixels)
            held.answer()
        finally:
            held.let_go()
        return held.found

    def one(self, sample: bytes, deadline: Deadline) -> Answer:
        """Return the answer for one sample.

        Raises:
            Refused: it cannot be read (422), is too large (413) or takes too long (504).
        """
        return _only(self.answers(Batch([sample], alone=True), deadline))

    def reply(self, batch: Batch, deadline: Deadline) -> Reply:
        """Return the reply.

        Raises:
            Refused: the only sample cannot be read (422) or is too large (413), or all take too long (504).
        """
        with self.answering(len(batch.samples), deadline):
            answers = self.answers(batch, deadline)
            if batch.alone:
                _only(answers)
            said = ", ".join(map(_written, answers))  # one by one: as values they take many times what they do as text
            unreadable = sum(isinstance(answer, Unreadable) for answer in answers)
            name = json.dumps(self.package.manifest["name"], ensure_ascii=False)
            notes = f', "notes": {json.dumps(batch.notes, ensure_ascii=False)}' if batch.notes else ""
            body = f'{{"model": {name}, "predictions": [{said}]{notes}}}'.encode()
            return Reply(body, len(answers) - unreadable, unreadable)

    @contextmanager
    def answering(self, samples: int, deadline: Deadline) -> Iterator[None]:
        """Have room for the answers about so many samples until they are written, so that all together fit.

        Raises:
            Refused: there was none in time (504).
        """
        values = min(samples * max(1, len(self.package.classes)), self._values.size)
        if not self._values.take(values, deadline.left()):
            raise deadline.refusal()
        try:
            yield
        finally:
            self._values.give(values)

    def call(self, outputs: Sequence[str], feeds: Feeds, pixels: int, deadline: Deadline) -> list[npt.NDArray[Any]]:
        """Call the graph on tensors as they are, with the same turns and in the same room as all others.

        Raises:
            Refused: there are too many pixels (413), or no room for them in time (504).
            NotAPackage: the graph cannot be run on that.
            Halted: nobody waits for it any more.
        """
        if pixels > self._room.size:
            raise Refused(413, str(TooLarge.of(pixels, self._room.size)))
        if not self._room.take(pixels, deadline.left()):
            raise deadline.refusal()
        try:
            with self._shared.turn():
                deadline.check()
                return self.package.call(outputs, feeds, deadline.halt)
        finally:
            self._room.give(pixels)

    def _take(self, held: _Held, place: int, sample: Any, pixels: int) -> None:
        if pixels > self._room.size:
            held.found[place] = TooLarge.of(pixels, self._room.size)
            return
        held.make_room(pixels)
        try:
            held.add(place, self.package.read(sample))
        except Unreadable as error:
            held.found[place] = error


class _Held:
    """The samples of one request that are unpacked and not answered yet, and the answers so far."""

    def __init__(self, shared: Shared[Item, Answer], room: Room, deadline: Deadline, count: int) -> None:
        self.found: list[Any] = [None] * count
        self._shared = shared
        self._room = room
        self._deadline = deadline
        self._items: dict[int, Item] = {}
        self._bytes = 0
        self._pixels = 0

    def make_room(self, pixels: int) -> None:
        """Take room for a picture, and where there is none give up one's own before waiting for it."""
        if not self._room.take(pixels, 0.0):
            self.answer()
            if not self._room.take(pixels, self._deadline.left()):
                raise self._deadline.refusal()
        self._pixels += pixels

    def add(self, place: int, item: Item) -> None:
        self._items[place] = item
        cells = len(item) if isinstance(item, tuple) else 0  # of a row
        self._bytes += int(getattr(item, "nbytes", _CELL_BYTES * cells))
        if self._bytes > _HELD_BYTES or len(self._items) >= _HELD_ITEMS:
            self.answer()

    def answer(self) -> None:
        if self._items:
            places, items = list(self._items), list(self._items.values())
            for place, answer in zip(places, self._shared.predict(items, self._deadline.halt), strict=True):
                self.found[place] = answer
        self.let_go()

    def let_go(self) -> None:
        self._items, self._bytes = {}, 0
        self._room.give(self._pixels)
        self._pixels = 0


def _written(answer: Answer | Unreadable) -> str:
    said = {"error": str(answer)} if isinstance(answer, Unreadable) else answer.to_json()
    return json.dumps(said, ensure_ascii=False)


def _only(answers: Sequence[Answer | Unreadable]) -> Answer:
    answer = answers[0]
    if isinstance(answer, Unreadable):
        raise Refused(413 if isinstance(answer, TooLarge) else 422, str(answer))
    return answer
