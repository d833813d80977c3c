"""The two models that a run can give away: all of it together, and its one small one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import wording
from studio.share.words import scored

if TYPE_CHECKING:
    from engine.run.folder import RunFolder


@dataclass(frozen=True, slots=True)
class Offer:
    """A model with what was measured of it in the training, in words; what is not known is empty."""

    size: str
    time: str
    score: str

    @property
    def words(self) -> str:
        """All that is known, in one line."""
        time = f"{self.time} for one sample" if self.time else ""
        return " · ".join(part for part in (self.size, time, self.score) if part)


def offers(run: RunFolder) -> tuple[Offer, Offer | None]:
    """Return the whole model and the small one, None where the run has none. Reads small files only."""
    result = _json(run.path / "result.json")
    whole = _offer(run.model_path, result)
    small = result.get("small")
    if not (run.small_path / "model.json").is_file():
        return whole, None
    return whole, _offer(run.small_path, small if isinstance(small, dict) else {})


def _offer(folder: Path, said: Mapping[str, Any]) -> Offer:
    info = _json(folder / "model.json").get("info") or {}
    facts = {**info, **{key: value for key, value in said.items() if value is not None}}
    size = facts.get("size_bytes")
    took = (facts.get("ms_per_sample") or {}).get("single")
    return Offer(
        "" if size is None else f"{wording.size(int(size))} learned",
        "" if took is None else f"{wording.amount(float(took))} ms",
        _score(said.get("scores")),
    )


def _score(scores: object) -> str:
    """Return the score on the untouched part where there is one, in the measure that people know."""
    if not isinstance(scores, dict):
        return ""
    part = scores.get("test") or scores.get("validation") or {}
    metric = next((name for name in ("accuracy", "r2", *part) if name in part), None)
    return "" if metric is None else scored({"metric": metric, **part[metric]})


def stamp(model: Path) -> int:
    """Return a number that changes when the model does."""
    manifest = model / "model.json"
    return manifest.stat().st_mtime_ns if manifest.exists() else 0


def _json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
