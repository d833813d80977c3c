"""The first model: statistics of the sounds' log-mel bands and a closed-form head, within seconds."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from engine.budget import Deadline
from engine.modalities.audio.learners.gathered import GatheredHead
from engine.modalities.audio.members.statistics import StatisticsMember
from engine.modalities.audio.statistics import StatisticsKind

_GROWTH = 1.5


class Statistics(GatheredHead):
    """Listens to as many sounds as a slice allows and fits on those it has, in the end on all. No settings."""

    kind: ClassVar[str] = "audio.statistics"

    @override
    def features_kind(self) -> StatisticsKind:
        return StatisticsKind()

    @override
    def gather(self, deadline: Deadline) -> int:
        if self.table.advance(self.order, lambda: deadline.expired):
            return self.enough
        seen = int(self.table.done[self.order].argmin())
        return seen if self._worth_fitting(seen) else 0

    def _worth_fitting(self, seen: int) -> bool:
        """Whether there are many more sounds than at the last fit, and two of each class, or twenty numbers."""
        answers = max(2, self.job.task.outputs) if self.job.task.classes else 10
        return seen >= max(2 * answers, _GROWTH * self.fitted)

    @override
    def member(self) -> StatisticsMember:
        return StatisticsMember(self.candidate(), self.fallback)
