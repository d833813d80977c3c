"""A trained model as a package folder: what the bundle, the container and the server on this computer all run.

::

    model.onnx  manifest.json  tokenizer.json (texts whose network reads words)
    sample/     one input, real where there is one, and expected.json: what the trained model says about it
    LICENSES/   the full texts of the licences of what is inside, and NOTICE.txt
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exporters.base import Progress
from exporters.errors import ParityError
from exporters.files import new_folder, write_together
from exporters.licences import FOLDER as LICENSES
from exporters.licences import licence_files
from exporters.manifest import Manifest
from exporters.measured import artefact_score, data_fingerprint, weights_inside
from exporters.onnx.metadata import PREFIX
from exporters.onnx.proven import Proven, prove
from exporters.sample import Sample, choose_sample, expected_answer
from exporters.source import Source
from exporters.standalone.answers import Answer
from exporters.standalone.described import MANIFEST, MODEL
from exporters.standalone.package import Package
from exporters.standalone.replay import EXPECTED, SAMPLE, TOLERANCE, apart, read_sample

OLDEST_RUNTIME = "1.23"

_MODEL_DONE, _SCORED = 0.6, 0.85


@dataclass(frozen=True)
class Packaged:
    """A package folder that was written, its manifest as it stands there, and how the model in it was proven."""

    folder: Path
    manifest: Mapping[str, Any]
    proven: Proven


def write_package(source: Source, out: Path, progress: Progress) -> Packaged:
    """Write ``source`` as a package into the folder ``out``, which must be absent or empty; whole or not at all.

    Raises:
        ExportError: why nothing was written, in a sentence.
    """
    with new_folder(out) as folder:
        made = _made(source, folder, progress)
    return replace(made, folder=out)


def _made(source: Source, folder: Path, progress: Progress) -> Packaged:
    proven = prove(source, lambda share, text: progress(share * _MODEL_DONE, text))
    progress(_MODEL_DONE, "Measuring the exported model on the test part")
    score = artefact_score(proven.content, source.dataset)
    progress(_SCORED, "Writing the package")
    sample = choose_sample(source.model.task, source.dataset)
    answer = expected_answer(source.model, sample, folder.parent)
    files = {
        **licence_files(weights_inside(source.model)),
        MODEL: proven.content,
        f"{SAMPLE}/{sample.name}": sample.content,
        f"{SAMPLE}/{EXPECTED}": expected_json(sample, answer),
        **proven.form.files(),
    }
    manifest = manifest_of(source, source.which, proven, score)
    write_together({folder / name: content for name, content in {**files, MANIFEST: manifest.text(files)}.items()})
    prove_package(folder, sample, answer)
    return Packaged(folder, manifest.to_json(files), proven)


def manifest_of(source: Source, which: str, proven: Proven, score: Mapping[str, Any] | None) -> Manifest:
    """Return the manifest of a proven artefact, which scored so on the untouched part."""
    properties, opsets = _declared(proven.content)
    return Manifest(
        name=source.name,
        which=which,
        task=properties["task"],
        inputs=tuple(properties["inputs"]),
        outputs=tuple(properties["outputs"]),
        reading=proven.form.reading,
        model_sha256=source.fingerprint,
        data_sha256=None if source.dataset is None else data_fingerprint(source.dataset),
        weights=tuple(_placed(entry) for entry in weights_inside(source.model)),
        versions=properties["versions"],
        opsets=opsets,
        onnxruntime=OLDEST_RUNTIME,
        parity=proven.parity.to_json(),
        score=score,
        cost={"ms_one": proven.parity.milliseconds, "bytes": len(proven.content)},
        unreadable=None if properties["unreadable"] is None else tuple(properties["unreadable"]),
    )


def _placed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of weights, with the places of the licences' texts in the package."""
    return {**entry, "texts": [f"{LICENSES}/{name}" for name in entry["texts"]]}


def _declared(content: bytes) -> tuple[dict[str, Any], dict[str, int]]:
    """Return what the graph says of itself, and its opsets by domain."""
    import onnx

    model = onnx.ModelProto.FromString(content)
    said = {entry.key.removeprefix(PREFIX): entry.value for entry in model.metadata_props}
    json_keys = ("task", "inputs", "outputs", "versions", "unreadable")
    opsets = {opset.domain or "ai.onnx": opset.version for opset in model.opset_import}
    return {key: json.loads(said[key]) for key in json_keys}, opsets


def expected_json(sample: Sample, answer: Answer) -> bytes:
    """Return the content of ``expected.json``: the sample's file and what is to be answered."""
    said = {"file": sample.name, "real": sample.real, "answer": answer.to_json()}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def prove_package(folder: Path, sample: Sample, expected: Answer) -> None:
    """Ask the package as its receiver will, before it is handed over.

    Raises:
        ParityError: it answers its own sample otherwise than ``expected``.
    """
    package = Package.open(folder)
    answer = package.predict([read_sample(package, sample.content)])[0]
    difference = apart(answer.to_json(), expected.to_json())
    if difference > TOLERANCE:
        raise ParityError(
            f"The package answers its own sample {sample.name} otherwise than the trained model (by {difference:.2g}, "
            f"allowed: {TOLERANCE:.0e}). Nothing was written. Please report this with the run folder."
        )
