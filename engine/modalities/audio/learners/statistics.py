"""The first model: statistics of the sounds' log-mel bands and a closed-form head, within seconds."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from engine.modalities.audio.learners.gathered import GatheredHead
from engine.modalities.audio.members.statistics import StatisticsMember
from engine.modalities.audio.statistics import StatisticsKind


class Statistics(GatheredHead):
    """A head on statistics alone. No settings."""

    kind: ClassVar[str] = "audio.statistics"

    @override
    def features_kinds(self) -> tuple[StatisticsKind]:
        return (StatisticsKind(),)

    @override
    def member(self) -> StatisticsMember:
        return StatisticsMember(self.candidate(), self.fallback)
