"""``POST /predict``: samples in, answers out, each sample by itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from exporters.server.pictures import LARGE, TooLarge, check_pixels, pixels_of
from exporters.server.predictor import Shared
from exporters.server.refused import Refused
from exporters.server.samples import Batch
from exporters.server.settings import Load
from exporters.standalone.package import Answer, Item, Package, Unreadable

_HELD_BYTES = 32_000_000
_HELD_ITEMS = 4096


class Asking:
    """A package with its turns; a sample that cannot be read does not keep the others from an answer."""

    def __init__(self, package: Package, load: Load, most_pixels: int) -> None:
        self.package = package
        self._most_pixels = most_pixels
        self._shared = Shared[Item, Answer](package.predict, load)
        self._large = threading.Lock()

    def answers(self, batch: Batch) -> list[Answer | Unreadable]:
        """Return an answer for each sample, or why it has none. Of a large batch few samples are unpacked at once."""
        found: list[Any] = [None] * len(batch.samples)
        held: dict[int, Item] = {}
        size = 0
        for place, sample in enumerate(batch.samples):
            pixels = self._pixels(sample)
            with self._large if pixels > LARGE else nullcontext():
                item = self._read(sample, pixels)
                if isinstance(item, Unreadable):
                    found[place] = item
                    continue
                held[place] = item
                size += int(getattr(item, "nbytes", 0))
                if pixels > LARGE or size > _HELD_BYTES or len(held) >= _HELD_ITEMS:
                    self._answer(held, found)
                    held, size = {}, 0
        self._answer(held, found)
        return found

    def one(self, sample: bytes) -> Answer:
        """Return the answer for one sample.

        Raises:
            Refused: it cannot be read (422) or is too large (413).
        """
        return _only(self.answers(Batch([sample], alone=True)))

    def reply(self, batch: Batch) -> dict[str, object]:
        """Return the body of a reply.

        Raises:
            Refused: the only sample cannot be read (422) or is too large (413).
        """
        answers = self.answers(batch)
        if batch.alone:
            _only(answers)
        return {
            "model": self.package.manifest["name"],
            "predictions": [
                {"error": str(answer)} if isinstance(answer, Unreadable) else answer.to_json() for answer in answers
            ],
        }

    def _pixels(self, sample: Any) -> int:
        return pixels_of(sample) if self.package.modality == "image" and isinstance(sample, bytes) else 0

    def _read(self, sample: Any, pixels: int) -> Any:
        try:
            check_pixels(pixels, self._most_pixels)
            return self.package.read(sample)
        except Unreadable as error:
            return error

    def _answer(self, held: dict[int, Item], found: list[Any]) -> None:
        if held:
            for place, answer in zip(held, self._shared.predict(list(held.values())), strict=True):
                found[place] = answer


def _only(answers: Sequence[Answer | Unreadable]) -> Answer:
    answer = answers[0]
    if isinstance(answer, Unreadable):
        raise Refused(413 if isinstance(answer, TooLarge) else 422, str(answer))
    return answer
