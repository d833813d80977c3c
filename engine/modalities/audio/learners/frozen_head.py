"""What a frozen speech network hears in the sounds, their statistics, and a closed-form head on both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from engine.features.table import Kind
from engine.learners.base import Job
from engine.modalities.audio.learners.gathered import GatheredHead
from engine.modalities.audio.members.features import FeaturesMember
from engine.modalities.audio.samples import AudioSamples


class FrozenHead(GatheredHead):
    """A head on what the network hears and on statistics.

    Settings: ``backbone``, the network, of which there is but one; ``slow`` (False), whether it also hears the sounds
    at half speed, an octave lower: it knows nothing above 3800 Hz.
    """

    kind: ClassVar[str] = "audio.frozen_head"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self.slow = bool(settings.get("slow", False))

    @override
    def features_kinds(self) -> Sequence[Kind[AudioSamples]]:
        from engine.modalities.audio.speech import kinds

        return kinds(self.slow)

    @override
    def member(self) -> FeaturesMember:
        return FeaturesMember(self.slow, self.candidate(), self.fallback, self.job.device)
