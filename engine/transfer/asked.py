"""Which way of holding on to the pretraining a person asks for. No torch here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.task import Kind, Modality, Task

if TYPE_CHECKING:
    from engine.modalities.portfolio import Entry

AUTO = "auto"  # what was measured to be best: none of them (see engine.transfer)
_WAYS = {"l2sp": "l2_sp", "delta": "delta", "bss": "bss", "cotuning": "co_tuning", "rifle": "rifle"}
CHOICES = (AUTO, "none", *_WAYS)
_OF_PICTURES = ("delta", "cotuning")  # they need stages of the network, or the classes it was pretrained on
_WITHOUT_STAGES = "weights"  # the setting of networks that the person brought


def refusal(asked: str, task: Task) -> str | None:
    """Return a sentence about why a way cannot be gone for a task, None where it can."""
    if asked not in _WAYS:
        return None
    if task.modality is Modality.TABLE:
        return f"Tables are learned without a pretrained network, so there is no use for {asked}. Leave it out."
    if asked in _OF_PICTURES and task.modality is not Modality.IMAGE:
        return f"The way {asked} is for networks that see pictures. Choose l2sp, bss or rifle, or leave it out."
    if asked == "cotuning" and task.kind is not Kind.MULTICLASS:
        return "The way cotuning needs samples of one class each. Choose l2sp, delta, bss or rifle, or leave it out."
    return None


def held(entries: Iterable[Entry], asked: str) -> tuple[Entry, ...]:
    """Return the entries of a portfolio, those that tune a pretrained network in the way that is asked for.

    DELTA leaves out networks that the person brought, whose stages are not known.
    """
    if asked not in _WAYS:
        return tuple(entries)
    return tuple(
        replace(entry, settings={**entry.settings, "transfer": {_WAYS[asked]: {}}})
        if entry.tunes and not (asked == "delta" and _WITHOUT_STAGES in entry.settings)
        else entry
        for entry in entries
    )
