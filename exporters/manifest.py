"""``manifest.json``: what a package says of itself. What reads it is :mod:`exporters.standalone.described`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from exporters.standalone.described import FORMAT


@dataclass(frozen=True)
class Manifest:
    """What goes into ``manifest.json``, next to the files it speaks of.

    Attributes:
        name: of the model, a safe file name.
        which: ``ensemble``, or ``small`` for the one small model of a run.
        task: as :meth:`engine.task.Task.to_json` says it.
        inputs: of the graph; see :mod:`exporters.onnx.metadata`.
        outputs: of the graph.
        reading: what the client does before the graph, by modality.
        model_sha256: fingerprint of the model folder that was exported.
        data_sha256: fingerprint of what it learned from; None where that is gone.
        weights: name, licence, notice and SHA-256 of the pretrained weights inside, and where the licences' texts are.
        versions: of the libraries that made the model and the graph.
        opsets: of ONNX, by domain.
        onnxruntime: the oldest version that runs the graph.
        parity: how the artefact was compared with the model.
        score: metric, value, interval and number of samples of the artefact on the untouched test part, or None.
        cost: milliseconds for one sample and bytes.
        unreadable: the answer for a sample that cannot be read; None for tables.
        edge: how the model was made smaller and what that cost; None where it is the trained model unchanged.
    """

    name: str
    which: str
    task: Mapping[str, Any]
    inputs: tuple[Mapping[str, Any], ...]
    outputs: tuple[Mapping[str, Any], ...]
    reading: Mapping[str, Any]
    model_sha256: str
    data_sha256: str | None
    weights: tuple[Mapping[str, Any], ...]
    versions: Mapping[str, str]
    opsets: Mapping[str, int]
    onnxruntime: str
    parity: Mapping[str, Any]
    score: Mapping[str, Any] | None
    cost: Mapping[str, float]
    unreadable: tuple[float, ...] | None
    edge: Mapping[str, Any] | None = None
    format: int = field(default=FORMAT, init=False)

    def to_json(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        """Return plain JSON values, with the size and the SHA-256 of each of the package's files."""
        return {**asdict(self), "files": hashes(files)}

    def text(self, files: Mapping[str, bytes]) -> bytes:
        """Return the content of ``manifest.json``."""
        return written(self.to_json(files))


def written(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as it stands in its file."""
    return (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def untimed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest without what was timed, so that the same run gives the same artefact."""
    return {
        **manifest,
        "parity": {key: value for key, value in manifest["parity"].items() if key != "milliseconds"},
        "cost": {key: value for key, value in manifest["cost"].items() if key != "ms_one"},
    }


def hashes(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Return the size and the SHA-256 of each file, by name."""
    return {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(files.items())
    }
