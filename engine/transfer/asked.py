"""Which ways of holding on to the pretraining a person asks for, in words joined by ``+``. No torch here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.task import Kind, Modality, Task

if TYPE_CHECKING:
    from engine.modalities.portfolio import Entry

AUTO = "auto"  # what was measured to be best: none of them (see engine.transfer)
_NO_WAY = (AUTO, "none")
_WAYS = {
    "l2sp": "l2_sp",
    "delta": "delta",
    "bss": "bss",
    "cotuning": "co_tuning",
    "rifle": "rifle",
    "neverhurt": "never_hurt",
}
_NO_GUARD = "noguard"
WORDS = (*_NO_WAY, *_WAYS, _NO_GUARD)
_MENDING, _MENDED = "neverhurt", ("l2sp", "delta", "bss", "cotuning")  # whose penalties may oppose the loss
_OF_PICTURES = ("delta", "cotuning")  # they need stages of the network, or the classes it was pretrained on
_WITHOUT_STAGES = "weights"  # the setting of networks that the person brought


def canonical(text: str) -> str:
    """Return the words of ``text`` as a plan keeps them: each once, joined by ``+`` in the order of :data:`WORDS`.

    Raises:
        ValueError: a word is unknown, or does not go with the others; the message says what to do.
    """
    said = [word.strip().lower() for word in text.split("+")]
    unknown = [word for word in said if word not in WORDS]
    if unknown:
        raise ValueError(f"there is no way {unknown[0]!r}: choose from {', '.join(WORDS)}, or join several by +")
    words = [word for word in WORDS if word in said]
    chosen = [word for word in words if word != _NO_GUARD]
    if len(chosen) > 1 and chosen[0] in _NO_WAY:
        raise ValueError(f"{chosen[0]} goes with {_NO_GUARD} alone, not with {chosen[1]}: leave one of them out")
    if chosen != _of_use(chosen):
        some = f"{', '.join(_MENDED[:-1])} or {_MENDED[-1]}"
        raise ValueError(f"{_MENDING} mends what another way does: add {some}, as in {_MENDED[0]}+{_MENDING}")
    return "+".join(words)


def guarded(asked: str) -> bool:
    """Whether learners wait that build on a network surely worse than none (:mod:`engine.transfer.guard`)."""
    return _NO_GUARD not in asked.split("+")


def refusal(asked: str, task: Task) -> str | None:
    """Return a sentence about why one of the ways cannot be gone for a task, None where all can."""
    words = [word for word in asked.split("+") if word not in _NO_WAY]
    if words and task.modality is Modality.TABLE:
        useless = "+".join(words)
        return f"Tables are learned without a pretrained network, so there is no use for {useless}. Leave it out."
    seeing = [word for word in words if word in _OF_PICTURES]
    if seeing and task.modality is not Modality.IMAGE:
        return f"The way {seeing[0]} is for networks that see pictures. Choose l2sp, bss or rifle, or leave it out."
    if "cotuning" in words and task.kind is not Kind.MULTICLASS:
        return "The way cotuning needs samples of one class each. Choose l2sp, delta, bss or rifle, or leave it out."
    return None


def held(entries: Iterable[Entry], asked: str) -> tuple[Entry, ...]:
    """Return the entries of a portfolio, those that tune a pretrained network in all the ways that are asked for.

    Networks that the person brought do without DELTA, as their stages are not known.
    """
    words = asked.split("+")
    ways = [way for way in _WAYS if way in words]
    return tuple(_holding(entry, ways) if entry.tunes else entry for entry in entries)


def _holding(entry: Entry, ways: Sequence[str]) -> Entry:
    able = _of_use([way for way in ways if way != "delta" or _WITHOUT_STAGES not in entry.settings])
    if not able:
        return entry
    return replace(entry, settings={**entry.settings, "transfer": {_WAYS[way]: {} for way in able}})


def _of_use(ways: Sequence[str]) -> list[str]:
    """Return the ways, without the one that mends others where none of those is among them."""
    return [way for way in ways if way != _MENDING or any(other in _MENDED for other in ways)]
