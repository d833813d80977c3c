"""``result.json`` as the card needs it: typed, or told to be damaged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A score with its 95% interval."""

    value: float
    low: float
    high: float


Scores = Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Small:
    """The one small model beside the best of all."""

    member: str
    validation: Scores
    test: Scores
    size_bytes: int
    single_ms: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to. Scores are by metric, empty where that part was not measured; times are in seconds."""

    active_s: float
    budget_s: float
    first_s: float | None
    enough_s: float | None
    stopped_because: str
    notes: tuple[str, ...]
    validation: Scores
    test: Scores
    areas: Mapping[str, float | None]
    single_ms: float | None
    batch_ms: float | None
    size_bytes: int | None
    small: Small | None
    computer: Mapping[str, Any]

    def of_small(self) -> Outcome:
        """Return what the run came to with the one small model, as though that were all; without one, no score."""
        bare = replace(
            self, validation={}, test={}, areas={}, single_ms=None, batch_ms=None, size_bytes=None, small=None
        )
        one = self.small
        if one is None:
            return bare
        return replace(
            bare, validation=one.validation, test=one.test, single_ms=one.single_ms, size_bytes=one.size_bytes
        )


def read_outcome(result: Mapping[str, Any]) -> Outcome:
    """Read a result.

    Raises:
        ValueError: a field is missing or of another type.
    """
    try:
        scores = result.get("scores") or {}
        single, batch = _pace(result.get("ms_per_sample"))
        return Outcome(
            active_s=finite(result["active_s"]),
            budget_s=finite(result["budget_s"]),
            first_s=_maybe(result.get("t_first_s")),
            enough_s=_maybe(result.get("enough_s")),
            stopped_because=str(result["stopped_because"]),
            notes=tuple(str(note) for note in result.get("notes", ())),
            validation=_scores(scores.get("validation")),
            test=_scores(scores.get("test")),
            areas={part: _maybe(area) for part, area in (result.get("alc") or {}).items()},
            single_ms=single,
            batch_ms=batch,
            size_bytes=None if result.get("size_bytes") is None else int(result["size_bytes"]),
            small=_small(result.get("small")),
            computer=dict(result.get("computer") or {}),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(repr(error)) from error


def finite(value: Any) -> float:
    """Return a number that is one.

    Raises:
        ValueError: it is endless or none, or its words are no number.
    """
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no figure")
    return number


def _scores(found: Mapping[str, Mapping[str, float]] | None) -> Scores:
    return {
        name: Figure(*(finite(one[key]) for key in ("value", "low", "high"))) for name, one in (found or {}).items()
    }


def _small(found: Mapping[str, Any] | None) -> Small | None:
    if not found:
        return None
    scores = found["scores"]
    single, _ = _pace(found.get("ms_per_sample"))
    parts = (_scores(scores.get("validation")), _scores(scores.get("test")))
    return Small(str(found["member"]), *parts, int(found["size_bytes"]), single)


def _pace(found: Mapping[str, float] | None) -> tuple[float | None, float | None]:
    return (None, None) if not found else (_maybe(found.get("single")), _maybe(found.get("batch")))


def _maybe(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None
