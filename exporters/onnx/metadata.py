"""What a client needs to know, inside the ``.onnx`` file: its ``metadata_props``.

Every key starts with ``autodidact.``; every value but the format number and the fingerprint is JSON.

=================  ==================================================================================================
``format``         number of this layout
``task``           modality, kind, classes in the order of the probability columns, metric, target, columns
``inputs``         list of {name, type, shape, meaning, missing}
``outputs``        list of {name, type, shape, meaning}
``preprocessing``  sentences: what the client does, what the graph does
``reading``        the parameters of what the client does; see the modality's file in :mod:`exporters.onnx.inputs`
``unreadable``     what to answer for a file that cannot be decoded; null for tables
``score``          metric, value and interval on samples the model never saw; null where the run has not ended
``members``        list of {name, kind, weight}
``versions``       of the libraries that made the model and this file
``model_sha256``   fingerprint of the model folder this was made from
=================  ==================================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.errors import DataError
from engine.model.model import Model
from engine.task import Kind, Task
from exporters.errors import NotOurs
from exporters.onnx.compose import OutputNames
from exporters.onnx.graph import ML_OPSET, OPSET
from exporters.onnx.inputs import form_of, form_of_file
from exporters.onnx.inputs.base import ROWS, Form
from exporters.onnx.limits import why_not
from exporters.source import Source

FORMAT = 1
PREFIX = "autodidact."
_LIBRARIES = ("autodidact-studio", "numpy", "torch", "lightgbm", "scikit-learn", "onnx", "onnxruntime")


@dataclass(frozen=True)
class Metadata:
    """What is read back from a file. ``unreadable`` [outputs] answers for a file that cannot be decoded."""

    task: Task
    form: Form
    outputs: OutputNames
    unreadable: tuple[float, ...] | None


def describe(source: Source) -> dict[str, str]:
    """Return the metadata of the model in ``source``."""
    task, form = source.model.task, form_of(source.model)
    content: dict[str, Any] = {
        "task": task.to_json(),
        "inputs": form.described(),
        "outputs": described_outputs(form),
        "preprocessing": form.steps,
        "reading": form.reading,
        "unreadable": _unreadable(source.model, form),
        "score": source.score,
        "members": [
            {"name": part.name, "kind": part.member.kind, "weight": part.weight} for part in source.model.members
        ],
        "versions": versions(),
    }
    words = {PREFIX + key: json.dumps(value, ensure_ascii=False) for key, value in content.items()}
    return {PREFIX + "format": str(FORMAT), **words, PREFIX + "model_sha256": source.fingerprint}


def read_metadata(properties: Mapping[str, str]) -> Metadata:
    """Read what :func:`describe` wrote.

    Raises:
        NotOurs: the keys are absent, damaged or of a newer format.
    """
    found = properties.get(PREFIX + "format")
    if found is None:
        raise NotOurs(
            "This ONNX file was not exported by Autodidact Studio, so it does not say what it takes and answers. "
            "Choose a file that Share or `autodidact export` made."
        )
    if found != str(FORMAT):
        raise NotOurs(f"This ONNX file has format {found[:20]!r} and was made by a newer version. Update to use it.")
    try:
        task = Task.from_json(json.loads(properties[PREFIX + "task"]))
        unreadable = _floats(json.loads(properties[PREFIX + "unreadable"]), task.outputs)
        reading = json.loads(properties.get(PREFIX + "reading", "{}"))  # older files have none
        if why_not(task) is not None:
            raise NotOurs("The description inside this ONNX file names a task that no export has. Export it again.")
        form = form_of_file(task, reading)
    except (KeyError, TypeError, ValueError, RecursionError, DataError) as error:
        raise NotOurs(f"The description inside this ONNX file is damaged ({error!r}). Export it again.") from error
    return Metadata(task, form, OutputNames.beside(form.names), unreadable)


def _floats(values: Sequence[float] | None, expected: int) -> tuple[float, ...] | None:
    if values is None:
        return None
    if len(values) != expected:
        raise ValueError(f"expected {expected} numbers, but got {len(values)}")
    return tuple(float(value) for value in values)


def described_outputs(form: Form) -> list[dict[str, Any]]:
    """Return the outputs of a graph as ``{name, type, shape, meaning}``, what says the answer first."""
    task, names = form.task, OutputNames.beside(form.names)
    if task.kind is Kind.REGRESSION:
        meaning = "the number, in the units of the data the model learned from"
        return [{"name": names.prediction, "type": "double", "shape": [ROWS], "meaning": meaning}]
    shape = [ROWS, len(task.classes)]
    probabilities = {
        "name": names.probabilities,
        "type": "double" if form.exact else "float32",
        "shape": shape,
        "meaning": "0 to 1, in the order of the classes",
    }
    if task.kind is Kind.MULTILABEL:
        meaning = "whether each class holds: its probability is a half or more"
        return [{"name": names.labels, "type": "bool", "shape": shape, "meaning": meaning}, probabilities]
    label = {"name": names.label, "type": "string", "shape": [ROWS], "meaning": "the most likely class"}
    return [label, probabilities]


def _unreadable(model: Model, form: Form) -> list[float] | None:
    """Return what the model answers for a file that is not there."""
    sample = form.unreadable()
    if sample is None:
        return None
    answer: list[float] = model.predict(sample)[0].tolist()
    return answer


def versions() -> dict[str, str]:
    """Return the versions of the libraries that make a model and its file."""
    found = {"onnx opset": str(OPSET), "ai.onnx.ml opset": str(ML_OPSET)}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "unknown"
    return found
