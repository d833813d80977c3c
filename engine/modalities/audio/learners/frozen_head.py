"""What frozen networks hear in the sounds or see in their spectrograms, and a closed-form head on that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from engine.features.table import Kind
from engine.learners.base import Job
from engine.modalities.audio.learners.gathered import GatheredHead
from engine.modalities.audio.members.features import FeaturesMember, kinds
from engine.modalities.audio.samples import AudioSamples


class FrozenHead(GatheredHead):
    """A head on what a speech network hears, and on statistics.

    Settings: ``backbone``, the speech network, of which there is but one; ``pictures`` (False), whether what a network
    for pictures sees in the spectrograms takes the place of the statistics.
    """

    kind: ClassVar[str] = "audio.frozen_head"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self.pictures = bool(settings.get("pictures", False))

    @override
    def features_kinds(self) -> Sequence[Kind[AudioSamples]]:
        return kinds(self.pictures)

    @override
    def member(self) -> FeaturesMember:
        return FeaturesMember(self.pictures, self.candidate(), self.fallback, self.job.device)
