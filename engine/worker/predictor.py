"""``python -m engine.worker.predictor MODEL``: answers questions about samples, one JSON object a line.

::

    {"id": 7, "items": ["/photos/a.jpg", ...]}         or rows: {"id": 8, "items": [{"age": 31, ...}]}
    {"id": 7, "answers": [{"prediction": "nut", "probabilities": {"bolt": 0.1, "nut": 0.9}}, {"error": "…"}]}

Where a sample may have several classes, an answer also lists those that hold, as ``labels``.

It says ``{"ready": true}`` once the model is loaded, or ``{"fatal": "…"}``. It loads the model anew when the folder
serves another one. When stdin closes it ends.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from engine.arrays import FloatArray
from engine.errors import EngineError
from engine.metrics.decisions import NAMED_FROM
from engine.modalities import ask_samples
from engine.model.answers import answers
from engine.model.folder import MANIFEST, MemberRecord, read_manifest
from engine.model.model import Model
from engine.task import Kind, Modality, Task

_PIXELS = 100_000_000  # of the pictures that are unpacked together: four large photos, 300 MB


class Oracle:
    """A model that follows its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._serves: tuple[tuple[MemberRecord, ...], float] | None = None
        self._load()

    def _load(self) -> None:
        self._stamp, manifest = self._now(), read_manifest(self._folder)
        serves = (manifest.members, manifest.temperature)
        if serves != self._serves:  # else only what it says for people has changed
            self.model, self._serves = Model.load(self._folder), serves

    def _now(self) -> tuple[int, int]:
        try:
            facts = (self._folder / MANIFEST).stat()
        except FileNotFoundError:
            return 0, 0
        return facts.st_mtime_ns, facts.st_ino

    def answer(self, items: list[Any]) -> list[dict[str, Any]]:
        """Return one answer an item, in order; an ``error`` for what cannot be read."""
        if self._now() != self._stamp:
            self._load()
        return [answer for portion in _portions(items, self.model.task) for answer in self._answers(portion)]

    def _answers(self, items: Sequence[Any]) -> list[dict[str, Any]]:
        task = self.model.task
        samples, problems = ask_samples(items, task)
        told = iter(self.model.predict(samples) if len(samples) else ())
        return [
            {"error": problems[place]} if place in problems else in_words(task, next(told))
            for place in range(len(items))
        ]


def _portions(items: Sequence[Any], task: Task) -> Iterator[Sequence[Any]]:
    """Yield the items, in order, as many at a time as memory holds once they are unpacked."""
    if task.modality is not Modality.IMAGE:
        yield items
        return
    from engine.modalities.image.decode import pixels_in

    first, total = 0, 0
    for place, pixels in enumerate(pixels_in(str(item)) for item in items):
        if place > first and total + pixels > _PIXELS:
            yield items[first:place]
            first, total = place, 0
        total += pixels
    yield items[first:]


def in_words(task: Task, value: FloatArray) -> dict[str, Any]:
    """Return one prediction [outputs] by name."""
    if task.kind is Kind.REGRESSION:
        return {"prediction": float(value[0])}
    probabilities = {name: float(p) for name, p in zip(task.classes, value, strict=True)}
    told = {"prediction": answers(task, value[None, :])[0], "probabilities": probabilities}
    if task.kind is Kind.MULTILABEL:
        told["labels"] = [name for name, p in probabilities.items() if p >= NAMED_FROM]
    return told


def main(folder: str) -> int:
    """Answer until stdin closes."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not mix with the answers
    try:
        oracle = Oracle(Path(folder))
    except EngineError as error:
        _say(replies, {"fatal": str(error)})
        return 1
    _say(replies, {"ready": True})
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answers = oracle.answer(question["items"])
        except EngineError as error:
            answers = [{"error": str(error)}] * len(question["items"])
        _say(replies, {"id": question["id"], "answers": answers})
    return 0


def _say(stream: TextIO, message: dict[str, Any]) -> None:
    stream.write(json.dumps(message, ensure_ascii=False) + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
