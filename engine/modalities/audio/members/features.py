"""A kernel head on what frozen networks hear in a sound or see in its spectrogram."""

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
from engine.modalities.audio.statistics import StatisticsKind
from engine.task import Task

BACKBONE = "speech_embedding"


def kinds(pictures: bool) -> tuple[Kind[AudioSamples], ...]:
    """Return what the head looks at: what the speech network hears, and either statistics or what pictures show."""
    from engine.modalities.audio.speech import SpeechKind

    if not pictures:
        return (SpeechKind(), StatisticsKind())
    from engine.modalities.audio.spectrogram import SpectrogramKind

    return (SpeechKind(), SpectrogramKind())


class FeaturesMember(GatheredMember):
    """Answers ``head.predict(features)``, features being those of :func:`kinds`."""

    kind: ClassVar[str] = "audio.features"

    def __init__(self, pictures: bool, head: KernelHead, fallback: FloatArray, device: str = "cpu") -> None:
        super().__init__(head, fallback, device)
        self.pictures = pictures

    @override
    def features_kinds(self) -> Sequence[Kind[AudioSamples]]:
        return kinds(self.pictures)

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        return {**super().save(folder), "backbone": BACKBONE, "pictures": self.pictures}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        if settings.get("backbone") != BACKBONE:
            raise ModelError(
                f"The model needs the network {settings.get('backbone')!r}, which this version does not know."
            )
        return cls(settings.get("pictures") is True, *read_head(folder, settings, task), device)
