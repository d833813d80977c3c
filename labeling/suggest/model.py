"""What the machine suggests: plain values, which are never labels by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ENOUGH_ASKED = 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one sample's label may be.

    Attributes:
        sample: the sample's id.
        names: its class, or the classes of a sample of several, which may be none; empty for a number.
        number: the number; None for classes.
        chance: how likely the suggestion is right, 0 to 1; for a number, how narrow its range is.
        doubt: how much labelling this sample would tell, 0 to 1: 1 where the machine cannot choose.
    """

    sample: str
    names: tuple[str, ...]
    number: float | None
    chance: float
    doubt: float


def _nothing() -> Mapping[str, Suggestion]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What the machine knows now.

    Attributes:
        by_sample: the suggestion of each sample without a label that has been looked at, by sample id.
        order: ids of samples without a label, the next to label first.
        right: how many suggestions were right, and of how many samples that were drawn at random; None before any.
        random: ids among ``order`` that were drawn at random: labels given to these count in ``right``.
    """

    by_sample: Mapping[str, Suggestion] = field(default_factory=_nothing)
    order: tuple[str, ...] = ()
    right: tuple[int, int] | None = None
    random: frozenset[str] = frozenset()

    @property
    def share_right(self) -> float | None:
        """The share of suggestions that were right, 0 to 1; None before :data:`ENOUGH_ASKED` could be told."""
        if self.right is None or self.right[1] < ENOUGH_ASKED:
            return None
        return self.right[0] / self.right[1]

    def doubtful(self) -> tuple[str, ...]:
        """Return the ids of samples with a suggestion, the most doubtful first."""
        return tuple(sorted(self.by_sample, key=lambda sample: -self.by_sample[sample].doubt))
