"""``python -m tests.benchmarks.ablation``: what each way of holding on to the pretraining brings, at equal passes.

Every training is one line of a file, written at once: what has a line is left out the next time, and lines of several
machines stand beside each other. The report is written from all lines at the end.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import queue
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from tests.benchmarks import machine
from tests.benchmarks.ablation_cells import (
    CASES,
    EVERY,
    METHODS,
    SIZES,
    Cell,
    Effort,
    Trial,
    append,
    groups,
    load,
    plan,
)
from tests.benchmarks.ablation_report import report
from tests.benchmarks.ablation_training import Subject
from tests.benchmarks.options import REPORTS, with_data

RESULTS = REPORTS / "ablation.jsonl"


@dataclass(frozen=True)
class Work:
    """How every process is to measure, and until when, in seconds of :func:`time.time`."""

    data: Path
    device: str
    effort: Effort
    threads: int
    results: Path
    ends: float


class Waiting(Protocol):
    """A queue of groups of cells, and at last a None for each process."""

    def get(self) -> tuple[Cell, ...] | None:
        """Wait for the next."""


def main(words: Sequence[str] | None = None) -> int:
    """Measure what has no line yet and write the report."""
    asked = with_data(_parser(), words)
    effort = Effort(asked.resolution, asked.passes, asked.pictures, asked.batch, asked.frozen)
    known = {(trial.cell, trial.effort, trial.device) for trial in load(asked.results)}
    name = device_name(asked.device)
    wanted = plan(asked.only, asked.sizes, asked.seeds, asked.methods)
    missing = [cell for cell in wanted if (cell, effort, name) not in known]
    work = Work(asked.data, asked.device, effort, asked.threads, asked.results, time.time() + 60.0 * asked.minutes)
    print(f"{len(missing)} of {len(wanted)} trainings to do on {name}", flush=True)
    failed = _all(work, groups(missing), asked.workers)
    trials = load(asked.results)
    if trials:
        asked.report.parent.mkdir(parents=True, exist_ok=True)
        asked.report.write_text(report(trials), encoding="utf-8")
        print(f"{len(trials)} result lines in {asked.results}; the report is {asked.report}.")
    return 1 if failed or not trials else 0


def _all(work: Work, waiting: Sequence[tuple[Cell, ...]], workers: int) -> bool:
    """Do the work, in processes of their own where there are several; return whether one failed."""
    if workers == 1:
        alone: queue.SimpleQueue[tuple[Cell, ...] | None] = queue.SimpleQueue()
        for group in (*waiting, None):
            alone.put(group)
        measure(work, alone)
        return False
    context = multiprocessing.get_context("spawn")
    shared = context.Queue()
    processes = [context.Process(target=measure, args=(work, shared)) for _ in range(workers)]
    for process in processes:
        process.start()
    for group in (*waiting, *[None] * workers):
        shared.put(group)
    for process in processes:
        process.join()
    return any(process.exitcode for process in processes)


def measure(work: Work, waiting: Waiting) -> None:
    """Train group after group; once the time is over, leave out the rest."""
    torch.set_num_threads(work.threads)
    facts = {**machine.record(), "device": device_name(work.device)}
    subjects: dict[str, Subject] = {}
    while (group := waiting.get()) is not None:
        for cell in group:
            if time.time() > work.ends:
                continue
            if cell.case not in subjects:
                subjects[cell.case] = Subject(cell.case, work.data, work.device, work.effort)
            _train(subjects[cell.case], cell, work, facts)


def _train(subject: Subject, cell: Cell, work: Work, facts: Mapping[str, Any]) -> None:
    words = f"{cell.case} {cell.per_class or 'all'} a class, seed {cell.seed}, {cell.method}:"
    try:
        figures = subject.train(cell)
    except (RuntimeError, ValueError) as error:  # one way that does not work must not cost the others
        print(words, f"failed: {error}", flush=True)
        return
    append(work.results, Trial(cell, work.effort, figures, facts))
    print(words, f"accuracy {figures['accuracy']:.4f} in {figures['seconds']:.1f} s", flush=True)


def device_name(device: str) -> str:
    """Return what a device is called."""
    return torch.cuda.get_device_name(device) if torch.device(device).type == "cuda" else machine.processor()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure ways of holding on to the pretraining, at equal passes.")
    usual = Effort()
    parser.add_argument("--only", nargs="+", choices=CASES, default=CASES, metavar="DATASET")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N", help="samples a class; 0: all")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="N")
    parser.add_argument("--methods", nargs="+", choices=EVERY, default=METHODS, metavar="WAY")
    parser.add_argument("--resolution", type=int, default=usual.resolution, metavar="PX")
    parser.add_argument("--passes", type=float, default=usual.passes, metavar="N")
    parser.add_argument("--pictures", type=int, default=usual.pictures, metavar="N", help="to see at least")
    parser.add_argument("--batch", type=int, default=usual.batch, metavar="N")
    parser.add_argument("--frozen", type=int, default=usual.frozen, metavar="N", help="stages that stay as they are")
    parser.add_argument("--minutes", type=float, default=math.inf, metavar="M", help="begin nothing new after these")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes at once")
    parser.add_argument("--threads", type=int, default=max(1, (os.cpu_count() or 1) // 2), metavar="N")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--report", type=Path, default=REPORTS / "ablation.md", metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
