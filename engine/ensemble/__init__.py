"""How members are weighed into one model: the greedy ensemble."""

from engine.ensemble.base import LOSS_OF, LOSSES, Loss, common_rows
from engine.ensemble.greedy import greedy_weights, member_cap

__all__ = ["LOSSES", "LOSS_OF", "Loss", "common_rows", "greedy_weights", "member_cap"]
