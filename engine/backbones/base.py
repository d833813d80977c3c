"""The Backbone contract: what learners have to know of a network that sees pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import nn


class Backbone(nn.Module):
    """Maps float32 [n, 3, S, S], normalised as (level - 127) / 128, to features float32 [n, ``length``].

    ``stages`` name the modules, or single weights, that are learned at one pace, in groups from the input to the
    features, and ``last_of_size`` the modules whose outputs say what it sees. ``pretrained`` is False for one that
    knows nothing yet; ``quicker_halved`` names the device types on which half precision was measured faster.
    """

    length: int
    stages: Sequence[tuple[str, ...]]
    last_of_size: tuple[str, ...] = ()
    pretrained: ClassVar[bool] = True
    quicker_halved: ClassVar[frozenset[str]] = frozenset({"cuda"})

    def weights_of(self, stage: tuple[str, ...]) -> list[nn.Parameter]:
        """Return the weights of a stage."""
        inside = tuple(f"{name}." for name in stage)
        return [weight for name, weight in self.named_parameters() if name in stage or name.startswith(inside)]
