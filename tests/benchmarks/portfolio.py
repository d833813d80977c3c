"""``python -m tests.benchmarks.portfolio RUNS``: learn from recorded runs which learners to try in which order.

Reads the run folders' plans and events, so validation scores alone, and writes ``resources/portfolio.json`` and, beside
it, how it was made. Runs under load teach wrong costs and are left out, as are runs that did not end.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from engine.curve import CONSTANT
from engine.dataset import Split
from engine.errors import EngineError
from engine.modalities.extent import extent
from engine.modalities.learned import FORMAT, NEIGHBOURS, TOO_FAR, Meta, Record, Trial
from engine.run.folder import RunFolder
from engine.run.journal import replay
from engine.run.tail import EventTail
from resources.paths import PORTFOLIO
from tests.benchmarks import machine
from tests.benchmarks.results import LOADED_CORES


def main(words: Sequence[str] | None = None) -> int:
    """Write both files; 1 where no run can teach anything."""
    parser = argparse.ArgumentParser(description="Learn the order of learners from runs of `make bench`.")
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="run folders")
    parser.add_argument("--loaded", action="store_true", help="also runs measured while other programs were busy")
    parser.add_argument("--out", type=Path, default=PORTFOLIO, metavar="FILE")
    asked = parser.parse_args(words)
    records, left_out = list[Record](), list[str]()
    for path in asked.runs:
        reason = _unusable(path, loaded=asked.loaded)
        if reason:
            left_out.append(f"{path.name}: {reason}")
        else:
            records.append(record(RunFolder.open(path)))
    print("\n".join(f"left out {line}" for line in left_out))
    if not records:
        print("No run can teach anything, so nothing was written.")
        return 1
    write(asked.out, records)
    print(f"{len(records)} runs written to {asked.out}; how it was made is beside it.")
    return 0


def _unusable(path: Path, *, loaded: bool) -> str | None:
    """Return why a run cannot teach, or None."""
    try:
        if RunFolder.open(path).result() is None:
            return "it has not ended"
    except EngineError as error:
        return str(error)
    facts = path / "benchmark.json"
    if loaded:
        return None
    if not facts.is_file():
        return "nobody recorded what else the machine did (--loaded takes it all the same)"
    others = float(json.loads(facts.read_text(encoding="utf-8"))["others_cores"])
    return f"other programs used {others:.2f} cores" if others > LOADED_CORES else None


def record(run: RunFolder) -> Record:
    """Replay one run's events."""
    train = run.dataset().part(Split.TRAIN)
    weights = _last_weights(run)
    trials = tuple(
        Trial(name, round(past.curve[0][0], 3), tuple((round(s, 3), round(v, 6)) for s, v in past.curve), weights[name])
        for name, past in replay(run.events_path).learners.items()
        if past.curve and name != CONSTANT
    )
    return Record(Meta.of(run.task, len(train), run.options.device, extent(train, run.task)), trials)


def _last_weights(run: RunFolder) -> Counter[str]:
    """Return each learner's share in the model served last; 0 for all others."""
    weights = Counter[str]()
    for event in EventTail(run.events_path).poll():
        if event.type == "point":
            weights = Counter({member["name"]: member["weight"] for member in event.data["members"]})
    return weights


def write(path: Path, records: Sequence[Record]) -> None:
    """Write the runs as JSON, and how they were made beside them as Markdown."""
    made = machine.record()
    lines = ",\n".join(json.dumps(found.to_json(), ensure_ascii=False) for found in records)
    path.write_text(f'{{"format": {FORMAT}, "runs": [\n{lines}\n]}}\n', encoding="utf-8")
    path.with_suffix(".md").write_text(_how(records, made), encoding="utf-8")


def _how(records: Sequence[Record], made: dict[str, object]) -> str:
    kinds = Counter((found.meta.modality, found.meta.kind, found.meta.device) for found in records)
    lines = [f"- {count} of {modality}, {kind}, on {device}" for (modality, kind, device), count in kinds.items()]
    return "\n".join(
        [
            "# How portfolio.json was made",
            "",
            f"`make portfolio` replayed the events of {len(records)} runs of `make bench` at {made['commit']} on",
            f"{made['date']} ({made['cpu']}, {made['cores']} cores):",
            "",
            *lines,
            "",
            "For each run it holds the samples, the outputs, the extent (longer side of pictures, seconds of sounds,",
            "characters of texts, columns of tables; medians) and the device, and for each learner its own seconds",
            "until its first candidate, its own validation scores over its own seconds, and its share in the model",
            "served last. No score of a test part is in it.",
            "",
            f"A new run takes the {NEIGHBOURS} nearest of these (log facts, divided by the distance between quartiles;",
            f"none beyond {TOO_FAR:g}) and tries learners in the order in which each next one gains most per second",
            "beyond those before it. The first learner stays first, and learners that no near run knows stay at their",
            "places. Settings are those of the portfolio's entries. Costs of a learner that uses features another has",
            "computed were measured after that one, so they are too low where the",
            "order is turned round. The code is `engine/modalities/learned.py`.",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
