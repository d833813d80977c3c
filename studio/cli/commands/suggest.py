"""``autodidact suggest``: what the labels of samples without one may be, and which to label next."""

from __future__ import annotations

import argparse
import json
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.task import Kind
from studio.cli.commands.base import Command
from studio.cli.errors import CommandFailed, UsageError
from studio.cli.intake import is_project
from studio.cli.options import existing
from studio.cli.reporters import say

if TYPE_CHECKING:
    from labeling.suggest.model import Suggestion, Suggestions
    from labeling.suggest.pool import Pool
    from studio.describing import Material

SHOWN = 20


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"a number of samples is a whole number from 1, but got {text!r}")
    return int(text)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", type=Path, help="the project folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--limit", metavar="N", type=_number, help=f"how many samples (usually {SHOWN}, all as JSON)")


def _run(options: Namespace) -> None:
    existing(options.project, "project")
    if not is_project(options.project):
        raise UsageError(f"{options.project} is no project. Make one with: autodidact import DATA --project DIR.")

    from labeling.project import Project
    from studio.describing import material_of, suggested

    with Project.open(options.project) as project:
        material = material_of(project)
        if material is None:
            raise CommandFailed(f"{options.project} holds no samples yet. Take some in with: autodidact import.")
        labels = {sample.id: sample.label for sample in project.page(limit=-1)}
        labelled = sum(label is not None for label in labels.values())
        if labelled == len(labels):
            raise CommandFailed("Every sample has a label, so nothing is left to suggest.")
        pool = _described(material)
        classes = [info.name for info in project.classes()]
        found = suggested(project, material, pool, [labels[sample] for sample in material.ids], classes)
    note = "" if found.by_sample else _too_few(labelled, material.kind)
    if options.json:
        say(json.dumps(_as_json(found, note, options.limit or len(found.order)), ensure_ascii=False))
    else:
        _print(found, note, labelled, len(labels), options.limit or SHOWN)


def _described(material: Material) -> Pool:
    """Look at all samples.

    Raises:
        CommandFailed: that stopped, with the reason.
    """
    from engine.worker.describer_handle import DescriberHandle, Told
    from labeling.suggest.pool import Pool

    pools, ended = defaultdict[int, Pool](Pool), list[str]()

    def take(told: Told) -> None:
        pools[told.look].add(told.total, told.rows, told.features)

    handle = DescriberHandle(material.request, take, ended.append)
    try:
        handle.wait()
    finally:
        handle.close()
    if ended != [""]:
        raise CommandFailed(" ".join(ended))
    return pools[max(pools, default=0)]


def _too_few(labelled: int, kind: Kind) -> str:
    from labeling.suggest.suggesting import ENOUGH

    different = "different ones" if kind is Kind.REGRESSION else "at least two classes"
    have = "no sample has a label" if not labelled else f"{labelled} have one" if labelled > 1 else "1 has one"
    return (
        f"Suggestions begin with {ENOUGH} labels of {different}; {have}. "
        "These samples are unlike each other: label them first."
    )


def _print(found: Suggestions, note: str, labelled: int, total: int, limit: int) -> None:
    say(f"{labelled:,} of {total:,} samples have a label.")
    if note:
        say(note)
    if found.right is not None and found.share_right is not None:
        right, asked = found.right
        say(f"Suggestions were right {right} times of {asked} so far, on samples drawn at random.")
    order = found.order[:limit]
    width = max(map(len, order), default=0)
    for sample in order:
        said = found.by_sample.get(sample)
        say(f"  {sample:{width}}  {_words(said)}" if said else f"  {sample}")
    if len(found.order) > limit:
        say(f"… and {len(found.order) - limit:,} more; --limit {len(found.order)} shows all.")


def _words(said: Suggestion) -> str:
    what = f"{said.number:g}" if said.number is not None else ", ".join(said.names) or "none of the classes"
    return f"{what} ({100 * said.chance:.0f} %)"


def _as_json(found: Suggestions, note: str, limit: int) -> dict[str, Any]:
    right = None if found.right is None else {"right": found.right[0], "asked": found.right[1]}
    return {"note": note, "right": right, "next": [_entry(found, sample) for sample in found.order[:limit]]}


def _entry(found: Suggestions, sample: str) -> dict[str, Any]:
    said = found.by_sample.get(sample)
    if said is None:
        return {"sample": sample}
    answer = {"classes": list(said.names)} if said.number is None else {"number": said.number}
    chances = {"chance": round(said.chance, 4), "doubt": round(said.doubt, 4), "random": sample in found.random}
    return {"sample": sample, **answer, **chances}


COMMAND = Command("suggest", "suggest labels, and which samples to label next", _arguments, _run)
