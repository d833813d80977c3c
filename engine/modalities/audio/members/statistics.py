"""A kernel head on statistics of log-mel bands: ready within seconds, and needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from typing_extensions import override

from engine.modalities.audio.members.gathered import GatheredMember, read_head
from engine.modalities.audio.statistics import StatisticsKind
from engine.task import Task


class StatisticsMember(GatheredMember):
    """Answers ``head.predict(statistics(sound))``, see :func:`engine.modalities.audio.statistics.statistics`."""

    kind: ClassVar[str] = "audio.statistics"

    @override
    def features_kinds(self) -> tuple[StatisticsKind]:
        return (StatisticsKind(),)

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        return cls(*read_head(folder, settings, task))
