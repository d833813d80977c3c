"""How members are weighed into one model: the greedy ensemble, and the single best."""

from engine.ensemble.base import LOSS_OF, LOSSES, Loss, Strategy, common_rows
from engine.ensemble.greedy import greedy_weights, member_cap
from engine.ensemble.registry import ENSEMBLES
from engine.ensemble.single import single_weights

__all__ = [
    "ENSEMBLES",
    "LOSSES",
    "LOSS_OF",
    "Loss",
    "Strategy",
    "common_rows",
    "greedy_weights",
    "member_cap",
    "single_weights",
]
