"""The registry of ensemble strategies."""

from __future__ import annotations

from engine.ensemble.base import Strategy
from engine.ensemble.greedy import greedy_weights
from engine.ensemble.single import single_weights

ENSEMBLES: dict[str, Strategy] = {"greedy": greedy_weights, "single": single_weights}
