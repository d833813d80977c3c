"""Tree-structured Parzen estimators (Bergstra et al., 2011), as Optuna has them.

What is kept is only what was asked and told: each proposal is drawn by a sampler seeded anew by the number of earlier
ones, so that a search can be saved as a list and go on exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from engine.search.base import Choice, Dimension, Float, Settings, Space, Strategy

_RANDOM_FIRST = 8


class TPE(Strategy):
    """The starts, then a few random settings, then where good ones are dense and bad ones rare."""

    kind: ClassVar[str] = "tpe"

    def __init__(
        self, space: Space, seed: int = 0, starts: Sequence[Mapping[str, Any]] = (), trials: int | None = None
    ) -> None:
        super().__init__(space, seed, starts, trials)
        self._asked = 0
        self._open: list[Settings] = []
        self._told: list[tuple[Settings, float]] = []

    @override
    def ask(self) -> Settings:
        settings = dict(self.starts[self._asked]) if self._asked < len(self.starts) else self._proposed()
        self._asked += 1
        self._open.append(settings)
        return dict(settings)

    @override
    def tell(self, settings: Mapping[str, Any], score: float, cost_s: float, *, done: bool = True) -> None:
        if done:
            self._open.remove(dict(settings))
            self._told.append((dict(settings), score))

    @override
    def save(self) -> dict[str, Any]:
        told = [[settings, None if math.isnan(score) else score] for settings, score in self._told]
        return {"asked": self._asked, "open": [dict(settings) for settings in self._open], "told": told}

    @override
    def restore(self, state: Mapping[str, Any]) -> None:
        self._asked = int(state["asked"])
        self._open = [dict(settings) for settings in state["open"]]
        self._told = [(dict(settings), math.nan if score is None else score) for settings, score in state["told"]]

    def _proposed(self) -> Settings:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        random_first = max(0, _RANDOM_FIRST - len(self.starts))
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=random_first + len(self.starts), multivariate=True, seed=_seed(self.seed, self._asked)
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        space = {name: _distribution(dimension) for name, dimension in self.space.items()}
        state = optuna.trial.TrialState
        for settings, score in self._told:
            if math.isfinite(score):
                study.add_trial(optuna.trial.create_trial(params=settings, distributions=space, value=score))
            else:  # pruned before anything was seen of it, which counts as worse than all others
                study.add_trial(optuna.trial.create_trial(params=settings, distributions=space, state=state.PRUNED))
        for settings in self._open:
            study.add_trial(optuna.trial.create_trial(params=settings, distributions=space, state=state.RUNNING))
        proposed: Settings = study.ask(space).params
        return proposed


def _distribution(dimension: Dimension) -> Any:
    from optuna import distributions

    if isinstance(dimension, Choice):
        return distributions.CategoricalDistribution(dimension.options)
    if isinstance(dimension, Float):
        return distributions.FloatDistribution(dimension.low, dimension.high, log=dimension.log)
    return distributions.IntDistribution(dimension.low, dimension.high, log=dimension.log)


def _seed(seed: int, number: int) -> int:
    return (seed * 1_000_003 + number) % 2**32
