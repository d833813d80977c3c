"""What a portfolio is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.backbones.weights import manifest


@dataclass(frozen=True)
class Entry:
    """One learner to try, with its settings.

    ``name`` is unique in the portfolio and is what the person sees in the advanced views. What was learned is found
    again by it, on another device too, so settings that differ between devices have names of their own. ``kind`` is the
    registry key; ``first_slice`` is the seconds its first slice is promised (0: the scheduler decides). Entries of one
    ``group`` are alternatives, such as several ways to tune a network: the worse half is held back as soon as that can
    be told. The pretrained ``network`` that a learner builds on is the ``backbone`` of its settings where weights of it
    are known, or the file of the person's own ``weights``; empty for none. ``smallest`` and ``largest`` are the
    extents (:func:`engine.modalities.extent.extent`) of samples for which it is worth trying, None for any. ``repeats``
    names the entry that this one repeats with other samples held out: they are served as one. ``after`` names those
    whose work it makes use of, so that it comes behind them in any order.
    """

    name: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    first_slice: float = 0.0
    group: str = ""
    smallest: float | None = None
    largest: float | None = None
    repeats: str = ""
    after: tuple[str, ...] = ()

    def suits(self, extent: float | None) -> bool:
        """Return whether samples of this extent, None where it is unknown, make it worth trying."""
        return extent is None or (self.smallest or 0.0) <= extent <= (self.largest or math.inf)

    @property
    def limited(self) -> bool:
        """Whether the extent of the samples matters."""
        return self.smallest is not None or self.largest is not None

    @property
    def tunes(self) -> bool:
        """Whether the learner changes the network, which takes long; others look at what it sees as it is."""
        return self.kind.endswith("finetune")

    @property
    def steps(self) -> bool:
        """Whether the learner trains a network on a few samples at a time, so that a lack of memory leaves none out.

        Others look at all samples together, and after a lack of memory at some of them only.
        """
        return self.tunes or self.kind.endswith("scratch") or self.kind == "image.search"

    @property
    def searches(self) -> bool:
        """Whether the learner tries settings, those that are its ``starts`` first."""
        return self.kind.endswith("search")

    @property
    def network(self) -> str:
        """The pretrained network that the learner builds on, empty for none."""
        named = str(self.settings.get("backbone", ""))
        return named if named in manifest() else str(self.settings.get("weights", ""))

    def again(self, turn: int) -> Entry:
        """Return this entry of a network once more, to be checked on the ``turn``-th fold after the first.

        It is no alternative to those of the entry's group, since they are checked on other samples.
        """
        settings = {**self.settings, "skipped": turn}
        name = f"{self.name}, again {turn}"
        return replace(self, name=name, settings=settings, group="", repeats=self.name, after=(self.name,))
