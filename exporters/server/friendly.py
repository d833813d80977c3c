"""``POST /predict``: samples in, answers out, each sample by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exporters.server.predictor import Shared
from exporters.server.refused import Refused
from exporters.server.samples import Batch
from exporters.server.settings import Load
from exporters.standalone.package import Answer, Item, Package, Unreadable


class Asking:
    """A package with its turns; a sample that cannot be read does not keep the others from an answer."""

    def __init__(self, package: Package, load: Load) -> None:
        self.package = package
        self._shared = Shared[Item, Answer](package.predict, load)

    def answers(self, batch: Batch) -> list[Answer | Unreadable]:
        """Return an answer for each sample, or why it has none."""
        found: list[Any] = [self._read(sample) for sample in batch.samples]
        places = [place for place, item in enumerate(found) if not isinstance(item, Unreadable)]
        for place, answer in zip(places, self._predict([found[place] for place in places]), strict=True):
            found[place] = answer
        return found

    def one(self, sample: bytes) -> Answer:
        """Return the answer for one sample.

        Raises:
            Refused: it cannot be read (422).
        """
        return self._only(self.answers(Batch([sample], alone=True)))

    def reply(self, batch: Batch) -> dict[str, object]:
        """Return the body of a reply.

        Raises:
            Refused: the only sample cannot be read (422).
        """
        answers = self.answers(batch)
        if batch.alone:
            self._only(answers)
        return {
            "model": self.package.manifest["name"],
            "predictions": [
                {"error": str(answer)} if isinstance(answer, Unreadable) else answer.to_json() for answer in answers
            ],
        }

    def _read(self, sample: Any) -> Any:
        try:
            return self.package.read(sample)
        except Unreadable as error:
            return error

    def _predict(self, items: Sequence[Item]) -> list[Answer]:
        return self._shared.predict(items) if items else []

    @staticmethod
    def _only(answers: Sequence[Answer | Unreadable]) -> Answer:
        answer = answers[0]
        if isinstance(answer, Unreadable):
            raise Refused(422, str(answer))
        return answer
