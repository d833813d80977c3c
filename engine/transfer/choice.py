"""Which ways of holding on to the pretraining a fine-tune uses when nobody names them, by samples a class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.task import Kind

if TYPE_CHECKING:
    from engine.transfer.base import Start

AUTO = "auto"
Settings = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Rule:
    """``transfer`` is used where there are at most so many samples of a class on average."""

    at_most: float
    transfer: Settings


RULES: tuple[Rule, ...] = ()


def chosen(setting: str | Settings, kind: Kind, samples: int, outputs: int) -> Settings:
    """Return what is named, or for :data:`AUTO` what the samples to learn from ask for.

    Args:
        setting: the setting ``transfer`` of a fine-tune.
        kind: of the task.
        samples: how many there are to learn from.
        outputs: how many classes, or 1.
    """
    if not isinstance(setting, str):
        return setting
    if setting != AUTO:
        raise ValueError(f"transfer should be {AUTO!r} or settings by name, but got {setting!r}.")
    if kind is not Kind.MULTICLASS:
        return {}
    each = samples / max(1, outputs)
    return next((rule.transfer for rule in RULES if each <= rule.at_most), {})


def possible(transfer: Settings, start: Start) -> Settings:
    """Return what a network allows of what was chosen."""
    lacking = {"co_tuning"} if start.source is None else set()
    lacking |= set() if start.stages else {"delta"}
    return {name: settings for name, settings in transfer.items() if name not in lacking}
