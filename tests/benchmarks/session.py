"""One session of measuring: every contender of a case, one after the other; each finished run is on disk at once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.benchmarks import machine, results, studio, training
from tests.benchmarks.cases import CASES, STUDIO, STUDIO_BUDGET_S, Case
from tests.benchmarks.command import CommandError
from tests.benchmarks.options import Options
from tests.benchmarks.peers import contenders
from tests.benchmarks.peers.contenders import Peer
from tests.benchmarks.results import OURS, Key, Outcome

_FAILURES = (CommandError, OSError, ValueError, KeyError)


def run(options: Options) -> int:
    """Measure what has no result yet; returns 1 when something could not be measured."""
    failed = 0
    for key, measured in _plan(options):
        if options.resume and _known(options, key):
            _say(f"{_words(key)}: measured before")
            continue
        _say(_words(key))
        outcome = _attempt(key, measured)
        results.append(options.results, outcome)
        failed += "failed" in outcome.notes
        _say("  " + ", ".join(f"{name} {value:.4g}" for name, value in outcome.figures.items()))
        _say("  " + "; ".join(f"{name}: {text}" for name, text in outcome.notes.items()))
    _say(f"The results are in {options.results}; `make bench-report` writes the report.")
    return 1 if failed else 0


def _attempt(key: Key, measured: Callable[[], Outcome]) -> Outcome:
    try:
        return measured()
    except _FAILURES as error:
        facts = machine.record() | ({"engine": _engine(key)} if key[1] == OURS else {"method": _method(key)})
        return Outcome(*key, notes={"failed": f"{type(error).__name__}: {error}"}, machine=facts)


def _known(options: Options, key: Key) -> bool:
    """Tell whether there is a result; it must be from the code as it is, unless any of ours will do."""
    ours = key[1] == OURS
    state = None if ours and options.any_commit else _engine(key) if ours else _method(key)
    return results.is_done(results.load(options.results), key, state)


def _method(key: Key) -> str:
    return next(peer.method for peer in contenders.PEERS if peer.name == key[1])


def _engine(key: Key) -> str:
    """Return the state of our code that a line tells about: what learns from its kind of data, or the window."""
    if key[0] == STUDIO:
        return machine.window()
    return machine.engine(next(case.modality for case in CASES if case.name == key[0]))


def _plan(options: Options) -> Iterator[tuple[Key, Callable[[], Outcome]]]:
    for seed in options.seeds:
        for budget in options.budgets:
            for case in options.cases:
                yield from _contenders(options, case, seed, budget)
    if STUDIO in options.parts and options.ours:
        yield (STUDIO, OURS, STUDIO_BUDGET_S, 0), partial(_studio, options)


def _contenders(options: Options, case: Case, seed: int, budget: float) -> Iterator[tuple[Key, Callable[[], Outcome]]]:
    if options.ours:
        yield (case.name, OURS, budget, seed), partial(_ours, options, case, seed, budget)
    for peer in contenders.PEERS if options.peers else ():
        if peer.takes(case) and peer.ready:
            yield (case.name, peer.name, budget, seed), partial(_peer, options, peer, case, seed, budget)


def _ours(options: Options, case: Case, seed: int, budget_s: float) -> Outcome:
    name = f"{case.name}-{budget_s:g}s-{seed}"
    run, exported = options.out / "runs" / name, options.out / "exported" / name
    for folder in (run, exported):
        shutil.rmtree(folder, ignore_errors=True)
    run.parent.mkdir(parents=True, exist_ok=True)
    outcome = training.train(case, seed, options.data, run, budget_s)
    if not options.export:
        return outcome
    try:
        return replace(outcome, figures={**outcome.figures, **training.parity(case, options.data, run, exported)})
    except CommandError as error:
        return replace(outcome, notes={**outcome.notes, "export": str(error)})


def _peer(options: Options, peer: Peer, case: Case, seed: int, budget_s: float) -> Outcome:
    lines = results.load(options.results) if options.resume else []
    known = [line for line in results.latest(lines) if contenders.stands_for(line, peer, case, seed, budget_s)]
    if known:
        return contenders.restated(known[-1], case, budget_s)
    with tempfile.TemporaryDirectory() as folder:
        return contenders.run(peer, case, seed, options.data, Path(folder), budget_s)


def _studio(options: Options) -> Outcome:
    facts = machine.record() | {"engine": machine.window()}
    with tempfile.TemporaryDirectory() as folder:
        figures, stalls, load = studio.measure_studio(options.data, Path(folder), STUDIO_BUDGET_S)
    notes = {f"stall {number}": stall for number, stall in enumerate(stalls)}
    outcome = Outcome(STUDIO, OURS, STUDIO_BUDGET_S, 0, figures, notes=notes, machine=facts)
    return training.with_load(outcome, load)


def _words(key: Key) -> str:
    case, contender, budget, seed = key
    return f"{case}, {budget:g} s, seed {seed}: {contender}"


def _say(words: str) -> None:
    print(words, flush=True)
