"""Whether pretraining helps at all on the samples at hand, told by what learners with it and without it score.

Negative transfer is rare but real: a network that knows photographs may see less in drawings, spectra or scans than the
plainest statistics do. The person is told, and learners that tune such a network let the others go first, unless the
person wants no such guard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.scheduler.base import Standing


@dataclass(frozen=True, slots=True)
class Verdict:
    """The best own scores on validation samples among learners with one pretrained ``network`` and without any.

    A network of the person's own is named by its file.
    """

    network: str
    with_it: float
    without: float

    @property
    def helps(self) -> bool:
        """Whether the network's learners do better."""
        return self.with_it > self.without

    @property
    def sentence(self) -> str:
        """What the person is told."""
        scores = f"{self.with_it:.3f} on samples not learned from, and {self.without:.3f} without it"
        name = PurePath(self.network).name
        if f"{self.with_it:.3f}" == f"{self.without:.3f}":
            return f"The pretrained network {name} makes next to no difference: the best scores are {scores}."
        if self.helps:
            return f"The pretrained network {name} helped: the best score was {scores}."
        return f"The pretrained network {name} does not help on this data: the best score is {scores}."


def verdicts(standings: Sequence[Standing]) -> list[Verdict]:
    """Return a verdict for each pretrained network of which a learner is through, where one without has a score.

    A learner that is not through yet has learned from some of the samples alone, so that it would be judged too early;
    but the scores of one that is on its way count for its network too.
    """
    without = [standing for standing in standings if not standing.network]
    networks = dict.fromkeys(standing.network for standing in standings if standing.network)
    found = []
    for network in networks:
        own = [standing for standing in standings if standing.network == network]
        if any(standing.done and standing.curve for standing in own) and any(standing.curve for standing in without):
            found.append(Verdict(network, _best(own), _best(without)))
    return found


def unhelped(standings: Sequence[Standing]) -> set[str]:
    """Return the names of learners that tune a network which does not help.

    Learners that only look at what it sees take less time, and at another resolution it may see what matters.
    """
    useless = {verdict.network for verdict in verdicts(standings) if not verdict.helps}
    return {standing.name for standing in standings if standing.tunes and standing.network in useless}


def _best(standings: Sequence[Standing]) -> float:
    return max(score for standing in standings for _, score in standing.curve)
