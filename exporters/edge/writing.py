"""The folder that is handed over: what is in it depends on the device.

::

    computer, board   model.onnx   a package folder, which ``serve`` and ``verify`` run
    phone             model.ort, required_operators.config, README.txt
    browser           model.onnx, index.html, app.js, README.txt

Each has ``manifest.json``, whose ``edge`` says what was tried and what it cost, ``sample/`` and ``LICENSES/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exporters.edge.browser import browser_files
from exporters.edge.evidence import Score, to_json
from exporters.edge.ladder import Taken
from exporters.edge.options import Device, EdgeOptions
from exporters.edge.phone import phone_files
from exporters.edge.report import Comparison
from exporters.files import new_folder, write_together
from exporters.licences import licence_files
from exporters.manifest import Manifest
from exporters.measured import weights_inside
from exporters.onnx.proven import Proven
from exporters.packaged import expected_json, manifest_of, prove_package
from exporters.sample import choose_sample, expected_answer
from exporters.source import Source
from exporters.standalone.described import MANIFEST, MODEL
from exporters.standalone.replay import EXPECTED, SAMPLE


@dataclass(frozen=True)
class Written:
    """What was written: where its manifest lies, how it was proven, and sentences for the person."""

    manifest: Path
    parity: Mapping[str, Any]
    notes: tuple[str, ...]


def write(source: Source, options: EdgeOptions, taken: Taken, comparison: Comparison, out: Path) -> Written:
    """Write the folder ``out``, which is absent or empty; whole or not at all.

    Raises:
        ExportError: why nothing was written.
    """
    with new_folder(out) as folder:
        written = _made(source, options, taken, comparison, folder)
    return replace(written, manifest=out / MANIFEST)


def _made(source: Source, options: EdgeOptions, taken: Taken, comparison: Comparison, folder: Path) -> Written:
    sample = choose_sample(source.model.task, source.dataset)
    answer = expected_answer(taken.artefact.opened, sample, folder.parent)
    files: dict[str, bytes] = {
        **licence_files(weights_inside(taken.candidate.model)),
        f"{SAMPLE}/{sample.name}": sample.content,
        f"{SAMPLE}/{EXPECTED}": expected_json(sample, answer),
        **taken.artefact.opened.form.files(),
    }
    notes: tuple[str, ...] = ()
    extra: dict[str, Any] = {}
    ends: Mapping[str, Any] = {}
    if options.device is Device.PHONE:
        made = phone_files(source, taken, folder.parent)
        files, notes, extra, ends = {**files, **made.files}, made.notes, {"phone": made.facts}, made.ends
    else:
        files[MODEL] = taken.artefact.content
    if options.device is Device.BROWSER:
        files |= browser_files(source.model.task)
    manifest = replace(_manifest(source, taken, comparison, extra), **ends)
    contents = {**files, MANIFEST: manifest.text(files)}
    write_together({folder / name: content for name, content in contents.items()})
    if MODEL in files:
        prove_package(folder, sample, answer)
    return Written(folder / MANIFEST, manifest.parity, notes)


def _manifest(source: Source, taken: Taken, comparison: Comparison, extra: Mapping[str, Any]) -> Manifest:
    """Return the manifest of the artefact: its own score and cost, how it was judged, and the whole comparison."""
    chosen = replace(source, model=taken.candidate.model)
    proven = Proven(taken.artefact.content, taken.artefact.opened.form, taken.parity, ())
    after = comparison.rows[-1]
    manifest = manifest_of(chosen, source.which, proven, _score(after.score))
    return replace(
        manifest,
        parity={
            **taken.parity.to_json(),
            "judged_by": comparison.judged_by,
            "of": "the model before it was compressed",
        },
        cost={"ms_one": after.milliseconds, "bytes": len(taken.artefact.content)},
        edge={**comparison.to_json(), **extra},
    )


def _score(score: Score | None) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = to_json(score)
    return found
