"""Result lines: a JSON object for each finished run, appended at once, so that sessions add up and go on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OURS = "autodidact"
RESTATED = "measured"  # the note on a line that repeats one of another budget
ENOUGH_SEEDS = 3  # figures are medians over so many, where there are
LOADED_CORES = 0.25  # other programs used more than this: a figure measured under load

Key = tuple[str, str, float, int]


@dataclass(frozen=True)
class Outcome:
    """One run of one contender: ``figures`` by name (see README.md), words about it, and where it was measured.

    ``curve`` has [seconds, score] pairs of the metric that counts. A run that failed has no figures and a note
    ``failed``. ``machine`` is a :func:`tests.benchmarks.machine.record`.
    """

    case: str
    contender: str
    budget_s: float
    seed: int
    figures: Mapping[str, float] = field(default_factory=dict)
    curve: tuple[tuple[float, float], ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What was measured."""
        return self.case, self.contender, self.budget_s, self.seed

    @property
    def state(self) -> str:
        """A mark of the code that was measured: of ours the engine's, of another tool how it is run."""
        return str(self.machine.get("engine" if self.contender == OURS else "method", ""))

    @property
    def loaded(self) -> bool:
        """Whether other programs kept the machine busy, or other machines its host."""
        return sum(float(self.machine.get(who, 0.0)) for who in ("others_cores", "stolen_cores")) > LOADED_CORES


def append(path: Path, outcome: Outcome) -> None:
    """Add one line and flush it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(outcome), ensure_ascii=False, allow_nan=False) + "\n")


def load(path: Path) -> list[Outcome]:
    """Return all lines; none where there is no file. A last line torn by a kill is left out."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [_outcome(json.loads(line)) for number, line in enumerate(lines) if line and _whole(lines, number)]


def _whole(lines: list[str], number: int) -> bool:
    return number < len(lines) - 1 or lines[number].endswith("}")


def _outcome(fields: dict[str, Any]) -> Outcome:
    curve = tuple((float(seconds), float(score)) for seconds, score in fields.pop("curve"))
    return Outcome(**fields, curve=curve)


def latest(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the newest line for each thing measured, in the order in which they were first measured.

    Medians are over one state of what was measured, lines of others are left out: of ours that with the most seeds, of
    which three are enough, and of those the newest; of other tools the newest, as they are not to be judged by a poorer
    way of running them. A failure is told, but makes no older line an old one.
    """
    lines = list(outcomes)
    states: dict[tuple[str, str, float], dict[str, dict[int, Outcome]]] = {}
    for line in lines:
        if line.figures:
            states.setdefault(line.key[:3], {}).setdefault(line.state, {})[line.seed] = line
    chosen = {spot: max(seeds.values(), key=_weight) for spot, seeds in states.items()}
    newest = {line.key: line for line in lines}
    found = [line if not line.figures else chosen[line.key[:3]].get(line.seed) for line in newest.values()]
    return [line for line in found if line is not None]


def _weight(seeds: Mapping[int, Outcome]) -> tuple[int, str]:
    ours = any(line.contender == OURS for line in seeds.values())
    newest = max(str(line.machine.get("date", "")) for line in seeds.values())
    return min(len(seeds), ENOUGH_SEEDS) if ours else 0, newest


def is_done(outcomes: Iterable[Outcome], key: Key, state: str | None) -> bool:
    """Tell whether a line for ``key`` brought figures; where ``state`` is given, with the code in just that state."""
    return any(
        outcome.key == key and outcome.figures and (state is None or outcome.state == state) for outcome in outcomes
    )
