"""Where one stands in a round of second looks, and what was answered. No widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.agreement import Agreement, Twice, agreement
from studio.listing import Label

if TYPE_CHECKING:
    from labeling.project import Project


class Round:
    """The newest round of a project, a new one where that is answered. Every answer is kept at once.

    Raises:
        ProjectError: nothing has a label.
    """

    def __init__(self, project: Project, anew: bool = False) -> None:
        self._project = project
        latest = None if anew else project.second_looks.latest()
        self._look = latest if latest is not None and latest.owed else project.second_looks.begin()
        self.samples: list[Twice] = list(self._look.samples)
        self.place = next((at for at, one in enumerate(self.samples) if one.second is None), 0)

    @property
    def sample(self) -> str:
        """The id of the sample shown."""
        return self.samples[self.place].sample

    @property
    def given(self) -> Label:
        """What was answered for the sample shown."""
        return self.samples[self.place].second

    @property
    def answered(self) -> int:
        """How many samples have a second label."""
        return sum(one.second is not None for one in self.samples)

    @property
    def done(self) -> bool:
        """Whether all have."""
        return self.answered == len(self.samples)

    def answer(self, label: Label) -> None:
        """Keep the second label of the sample shown, and go to the next that has none."""
        one = self.samples[self.place]
        self._project.second_looks.answer(self._look.id, one.sample, label)
        self.samples[self.place] = Twice(one.sample, one.first, label)
        count = len(self.samples)
        following = ((self.place + by) % count for by in range(1, count + 1))
        self.place = next((at for at in following if self.samples[at].second is None), self.place)

    def step(self, by: int) -> None:
        """Go on or back, not beyond an end."""
        self.place = min(max(self.place + by, 0), len(self.samples) - 1)

    def result(self) -> Agreement:
        """Compare what was answered with the labels."""
        return agreement(self.samples)
