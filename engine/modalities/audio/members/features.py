"""A kernel head on what a frozen speech network hears and on statistics of log-mel bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from typing_extensions import override

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.features.table import Kind
from engine.heads.kernel import KernelHead
from engine.modalities.audio.members.gathered import GatheredMember, read_head
from engine.modalities.audio.samples import AudioSamples
from engine.task import Task

BACKBONE = "speech_embedding"


class FeaturesMember(GatheredMember):
    """Answers ``head.predict(features)``, features being those of :func:`engine.modalities.audio.speech.kinds`."""

    kind: ClassVar[str] = "audio.features"

    def __init__(self, slow: bool, head: KernelHead, fallback: FloatArray, device: str = "cpu") -> None:
        super().__init__(head, fallback, device)
        self.slow = slow

    @override
    def features_kinds(self) -> Sequence[Kind[AudioSamples]]:
        from engine.modalities.audio.speech import kinds

        return kinds(self.slow)

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        return {**super().save(folder), "backbone": BACKBONE, "slow": self.slow}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        if settings.get("backbone") != BACKBONE:
            raise ModelError(
                f"The model needs the network {settings.get('backbone')!r}, which this version does not know."
            )
        return cls(settings.get("slow") is True, *read_head(folder, settings, task), device)
