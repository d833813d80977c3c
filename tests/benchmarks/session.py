"""One session of measuring: every contender of a seed, one after the other, then the next seed; then the report."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from tests.benchmarks import studio, training
from tests.benchmarks.cases import PEER_CASE, STUDIO, STUDIO_BUDGET_S, Case
from tests.benchmarks.command import CommandError
from tests.benchmarks.options import Options, about
from tests.benchmarks.peers import contenders
from tests.benchmarks.peers.contenders import Peer
from tests.benchmarks.report import report
from tests.benchmarks.training import Outcome


def run(options: Options) -> int:
    """Measure, write ``report.md`` and ``figures.json`` into the output folder, print the report.

    Returns 1 when something could not be measured.
    """
    sentences, failures = about(options), list[str]()
    outcomes = list(_trainings(options, failures))
    figures, stalls = _studio(options, failures) if STUDIO in options.parts else ({}, list[str]())
    if options.peers and PEER_CASE in options.parts and not all(peer.ready for peer in contenders.PEERS):
        sentences.append("The other tools were not run: `make bench-peers` installs them.")
    sentences += [f"**Not measured:** {failure}" for failure in failures]
    written = report(outcomes, figures, sentences + [f"Studio: {stall}." for stall in stalls])
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "report.md").write_text(written, encoding="utf-8")
    raw = {"about": sentences, "outcomes": [asdict(outcome) for outcome in outcomes], "studio": figures}
    (options.out / "figures.json").write_text(json.dumps(raw, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"\n{written}\nThis is in {options.out / 'report.md'}, the raw figures and curves beside it.")
    return 1 if failures else 0


def _trainings(options: Options, failures: list[str]) -> Iterator[Outcome]:
    for seed in options.seeds:
        for case in options.cases:
            for contender, measured in _contenders(options, case, seed):
                _say(f"{case.name}, seed {seed}: {contender}")
                try:
                    outcome = measured()
                except (CommandError, OSError, ValueError, KeyError) as error:
                    failures.append(f"{contender} on {case.name}, seed {seed}: {error}")
                    _say(f"  failed: {error}")
                    continue
                _say("  " + ", ".join(f"{name} {value:.4g}" for name, value in outcome.figures.items()))
                yield outcome


def _contenders(options: Options, case: Case, seed: int) -> Iterator[tuple[str, Callable[[], Outcome]]]:
    """Yield who runs a case, and how."""
    budget = options.budget(case)
    yield "autodidact", partial(_ours, options, case, seed, budget)
    if options.peers and case.name == PEER_CASE:
        for peer in contenders.PEERS:
            if peer.ready:
                yield peer.name, partial(_peer, options, peer, case, seed, budget)


def _ours(options: Options, case: Case, seed: int, budget_s: float) -> Outcome:
    run = options.out / "runs" / f"{case.name}-{seed}"
    exported = options.out / "exported" / f"{case.name}-{seed}"
    for folder in (run, exported):
        shutil.rmtree(folder, ignore_errors=True)
    run.parent.mkdir(parents=True, exist_ok=True)
    outcome = training.train(case, seed, options.data, run, budget_s)
    return replace(outcome, figures={**outcome.figures, **training.parity(case, options.data, run, exported)})


def _peer(options: Options, peer: Peer, case: Case, seed: int, budget_s: float) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        return contenders.run(peer, case, seed, options.data, Path(folder) / "predictions.csv", budget_s)


def _studio(options: Options, failures: list[str]) -> tuple[dict[str, float], list[str]]:
    _say("studio: first paint, 10,000 pictures, training in the window")
    try:
        with tempfile.TemporaryDirectory() as folder:
            found, stalls = studio.measure_studio(options.data, Path(folder), options.budget_s or STUDIO_BUDGET_S)
    except (CommandError, OSError, ValueError) as error:
        failures.append(f"the studio: {error}")
        return {}, []
    _say("  " + ", ".join(f"{name} {value:.4g}" for name, value in found.items()))
    return found, stalls


def _say(words: str) -> None:
    print(words, flush=True)
