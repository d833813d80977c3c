"""Learners whose network comes from a file of weights that the person brought."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from engine.backbones.adopting import Adopted, adopt
from engine.backbones.outside import weights_in
from engine.budget import Deadline
from engine.errors import WeightsError
from engine.features.table import FeatureTable
from engine.learners.base import Job, Progress
from engine.modalities.image.learners.finetune import ImageFineTune
from engine.modalities.image.learners.frozen_head import FrozenHead
from engine.modalities.image.members.features import FeaturesMember

_SHELF = "weights"
_MOST_WEIGHTS = 12_000_000  # that a processor can tune within minutes


class OwnFile:
    """The file at the setting ``weights``, whose copy is kept in the job's cache."""

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        self.path, self._cache = Path(settings["weights"]), job.cache

    @cached_property
    def adopted(self) -> Adopted:
        """The network and its copied weights.

        Raises:
            WeightsError: the file cannot be used; a sentence says why.
        """
        if self._cache is None:
            raise WeightsError(f"There is no folder in which to keep a copy of {self.path.name}, so it was left out.")
        return adopt(self.path, self._cache / _SHELF)

    def refusal(self) -> Progress | None:
        """Return what a learner says that must be left out, None where the file can be used."""
        try:
            _ = self.adopted
        except WeightsError as error:
            return _left_out(str(error))
        return None


def _left_out(sentence: str) -> Progress:
    return Progress(improved=False, done=True, share=1.0, message=sentence)


class OutsideHead(FrozenHead):
    """A head on the features of a network that the person brought.

    Settings: ``weights``, the path of its file, and those of :class:`FrozenHead` but ``backbone``. Features may be
    below zero, so no root is taken of them. A network that sees pictures of one size alone is shown them at that size,
    whatever the ``resolution``.
    """

    kind: ClassVar[str] = "image.outside_head"
    root = None

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, {**settings, "backbone": ""})
        self.file = OwnFile(job, settings)

    @override
    def advance(self, deadline: Deadline) -> Progress:
        return self.file.refusal() or super().advance(deadline)

    @property
    @override
    def tables(self) -> list[FeatureTable]:
        self._take_up()
        return super().tables

    @override
    def member(self) -> FeaturesMember:
        self._take_up()
        return super().member()

    def _take_up(self) -> None:
        adopted = self.file.adopted
        self.backbone, self.weights = adopted.name, adopted.file
        self.resolution = adopted.side or self.resolution


class OutsideFineTune(ImageFineTune):
    """Tunes a network that the person brought.

    One that sees pictures of one size alone stays as it is, and on a processor a large one too.

    Settings: ``weights``, the path of its file, and those of :class:`ImageFineTune` but ``backbone``. Where the file
    cannot be used nothing is said: the head on the same file has said so.
    """

    kind: ClassVar[str] = "image.outside_finetune"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self.file = OwnFile(job, settings)

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if self.file.refusal() is not None:
            return _left_out("")
        side = self.file.adopted.side
        if side is not None:
            return _left_out(
                f"The network of {self.file.path.name} sees pictures of {side} px alone, so it is not tuned. What it "
                "sees as it is is made use of."
            )
        if self._too_large:
            return _left_out(
                f"The network of {self.file.path.name} is too large to be tuned on a processor. What it sees as it is "
                "is made use of; a graphics card would tune it too."
            )
        return super().advance(deadline)

    @cached_property
    def _too_large(self) -> bool:
        return self.job.device == "cpu" and weights_in(self.file.adopted.file) > _MOST_WEIGHTS

    @override
    def network(self) -> tuple[str, Path | None]:
        return self.file.adopted.name, self.file.adopted.file
