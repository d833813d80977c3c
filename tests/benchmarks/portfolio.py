"""``python -m tests.benchmarks.portfolio RUNS``: learn from recorded runs what to try in which order.

Reads the run folders' plans, events and out-of-sample predictions of the training samples, never of a test part, and
writes ``resources/portfolio.json`` and, beside it, how it was made. Runs under load teach wrong costs and are left out,
as are runs that did not end.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from engine.dataset import Split
from engine.errors import EngineError
from engine.modalities.extent import extent
from engine.modalities.learned import FORMAT, MOST_STARTS, NAMED, NEIGHBOURS, TOO_FAR, Meta, Record, read
from engine.run.folder import RunFolder
from engine.run.tail import EventTail
from resources.paths import PORTFOLIO
from tests.benchmarks import machine
from tests.benchmarks.options import OUT
from tests.benchmarks.ordering import best_order
from tests.benchmarks.portfolio_changes import changes
from tests.benchmarks.results import LOADED_CORES


def main(words: Sequence[str] | None = None) -> int:
    """Write both files; 1 where no run can teach anything."""
    parser = argparse.ArgumentParser(description="Learn the order of learners from runs of `make bench`.")
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN", help="run folders; default: those of `make bench`")
    parser.add_argument("--changes", action="store_true", help="tell only what FILE changes in the order by hand")
    parser.add_argument("--loaded", action="store_true", help="also runs measured while other programs were busy")
    parser.add_argument("--out", type=Path, default=PORTFOLIO, metavar="FILE")
    asked = parser.parse_args(words)
    if asked.changes:
        print("\n".join(changes(read(asked.out))))
        return 0
    runs = asked.runs or sorted(path for path in (OUT / "runs").glob("*") if path.is_dir())
    if not runs:
        parser.error(f"there are no runs in {OUT / 'runs'}: name the folders of those to learn from")
    records, left_out = list[Record](), list[str]()
    for path in runs:
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
    """Replay one run."""
    train = run.dataset().part(Split.TRAIN)
    device = _device(run)
    facts = Meta.of(run.task, len(train), device, extent(train, run.task))
    return Record(facts, best_order(run, train, device), _data(run.path.name))


def _data(name: str) -> str:
    """Return what a run folder is about: the benchmark calls them after the case, the budget and the seed.

    >>> _data("ants_bees-300s-0"), _data("my bees")
    ('ants_bees', 'my bees')
    """
    return re.sub(r"-[\d.]+s-\d+$", "", name)


def without(data: str, path: Path) -> dict[str, str]:
    """Return the environment for a run on data whose own runs are to teach it nothing; others are put at ``path``."""
    _write_runs(path, [run for run in read(PORTFOLIO) if run.data != data])
    return {NAMED: str(path)}


def _device(run: RunFolder) -> str:
    """Return where the run's networks were computed: what was asked for may have been ``auto``."""
    begun = (event.data["device"] for event in EventTail(run.events_path).poll() if event.type == "started")
    return str(next(begun, run.options.device))


def write(path: Path, records: Sequence[Record]) -> None:
    """Write the runs as JSON, and how they were made beside them as Markdown."""
    _write_runs(path, records)
    path.with_suffix(".md").write_text(_how(records, machine.record()), encoding="utf-8")


def _write_runs(path: Path, records: Sequence[Record]) -> None:
    lines = ",\n".join(json.dumps(found.to_json(), ensure_ascii=False) for found in records)
    path.write_text(f'{{"format": {FORMAT}, "runs": [\n{lines}\n]}}\n', encoding="utf-8")


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
            "characters of texts, columns of tables; medians) and the device, and the learners in the order in which",
            "each next one, weighed by the engine with those before it, raised the validation score by most per second",
            "of its own work, with these seconds and scores, and for a search the settings it found best. No score of",
            "a test part is in it.",
            "",
            f"A new run takes the {NEIGHBOURS} nearest of these (log facts, divided by the distance between quartiles;",
            f"none beyond {TOO_FAR:g}) and tries learners by their mean places there and in the order by hand. The",
            "first stays first, those that no near run knows stay at their places, and none comes before those whose",
            "work it makes use of. Searches begin with the settings by hand, then with those that were found best on",
            f"the nearest {MOST_STARTS} datasets; other settings are those of the portfolio's entries. The code is",
            "`tests/benchmarks/ordering.py` and `engine/modalities/learned.py`.",
            "",
            "## What it changes",
            "",
            "Learners at another place than by hand (`make portfolio ARGS=--changes` tells this again):",
            "",
            *changes(records),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
