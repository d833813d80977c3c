"""What a client needs to know, inside the ``.onnx`` file: its ``metadata_props``.

Every key starts with ``autodidact.``; every value but the format number and the fingerprint is JSON.

=================  ==================================================================================================
``format``         number of this layout
``task``           modality, kind, classes in the order of the probability columns, metric, target, columns
``inputs``         list of {name, type, shape, meaning, missing}
``outputs``        list of {name, type, shape, meaning}
``preprocessing``  sentences: what the client does, what the graph does
``unreadable``     what to answer for a picture that cannot be decoded; null for tables
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
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.errors import NotOurs
from exporters.onnx.compose import OutputNames
from exporters.onnx.graph import ML_OPSET, OPSET
from exporters.onnx.inputs import IMAGE, ROWS, WORDS, declared_names, input_names
from exporters.onnx.limits import why_not
from exporters.source import Source

FORMAT = 1
PREFIX = "autodidact."
_LIBRARIES = ("autodidact-studio", "numpy", "torch", "lightgbm", "scikit-learn", "onnx", "onnxruntime")

_IMAGE_STEPS = (
    "Client: decode the picture to 8-bit RGB and turn it upright as its EXIF orientation says; lay transparency over "
    "white. Do not resize, crop or scale the levels.",
    "Graph: each picture is squashed to the size its networks need with an antialiasing triangle filter, and its "
    "levels are scaled as they need.",
    "Any height and width; all pictures of one call share one size.",
)
_TABLE_STEPS = (
    "Client: give each column under its own name as [N, 1]; numbers as they are, dates as days since 1970-01-01 "
    "(fractions allowed), texts exactly as in the data the model learned from.",
    "Graph: infinite numbers count as missing; texts the model never learned count as one value of their own; scaling "
    "and coding are inside.",
)
_MEANINGS = {
    ColumnType.NUMBER: "a number",
    ColumnType.DATE: "days since 1970-01-01, with fractions",
    ColumnType.CATEGORY: "a text",
    ColumnType.TEXT: "a text",
}


@dataclass(frozen=True)
class Metadata:
    """What is read back from a file. ``unreadable`` [outputs] answers for a picture that cannot be decoded."""

    task: Task
    inputs: Mapping[str, str]
    outputs: OutputNames
    unreadable: tuple[float, ...] | None


def describe(source: Source) -> dict[str, str]:
    """Return the metadata of the model in ``source``."""
    task = source.model.task
    pictures = task.modality is Modality.IMAGE
    content: dict[str, Any] = {
        "task": task.to_json(),
        "inputs": _image_inputs() if pictures else _table_inputs(task.columns),
        "outputs": _outputs(task),
        "preprocessing": _IMAGE_STEPS if pictures else _TABLE_STEPS,
        "unreadable": _unreadable(source.model) if pictures else None,
        "score": None if source.result is None else source.result.get("score"),
        "members": [
            {"name": part.name, "kind": part.member.kind, "weight": part.weight} for part in source.model.members
        ],
        "versions": _versions(),
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
    except (KeyError, TypeError, ValueError, RecursionError, DataError) as error:
        raise NotOurs(f"The description inside this ONNX file is damaged ({error!r}). Export it again.") from error
    if why_not(task) is not None:
        raise NotOurs("The description inside this ONNX file names a task that no export has. Export it again.")
    names = input_names(task.columns)
    return Metadata(task, names, OutputNames.beside(declared_names(task)), unreadable)


def _floats(values: Sequence[float] | None, expected: int) -> tuple[float, ...] | None:
    if values is None:
        return None
    if len(values) != expected:
        raise ValueError(f"expected {expected} numbers, but got {len(values)}")
    return tuple(float(value) for value in values)


def _image_inputs() -> list[dict[str, Any]]:
    shape = [ROWS, "height", "width", 3]
    meaning = "RGB pictures, 0 to 255. " + _IMAGE_STEPS[2]
    return [{"name": IMAGE, "type": "uint8", "shape": shape, "meaning": meaning, "missing": None}]


def _table_inputs(columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    names = input_names(columns)
    return [
        {
            "name": names[column.name],
            "column": column.name,
            "type": "string" if column.type in WORDS else "double",
            "shape": [ROWS, 1],
            "meaning": _MEANINGS[column.type],
            "missing": "" if column.type in WORDS else "NaN",
        }
        for column in columns
    ]


def _outputs(task: Task) -> list[dict[str, Any]]:
    names = OutputNames.beside(declared_names(task))
    if task.kind is Kind.REGRESSION:
        meaning = "the number, in the units of the data the model learned from"
        return [{"name": names.prediction, "type": "double", "shape": [ROWS], "meaning": meaning}]
    element = "float32" if task.modality is Modality.IMAGE else "double"
    shape = [ROWS, len(task.classes)]
    meaning = "0 to 1, in the order of the classes"
    return [
        {"name": names.label, "type": "string", "shape": [ROWS], "meaning": "the most likely class"},
        {"name": names.probabilities, "type": element, "shape": shape, "meaning": meaning},
    ]


def _unreadable(model: Model) -> list[float]:
    """Return what the model answers for a picture that is not there."""
    from engine.modalities.image.samples import ImageSamples

    answer: list[float] = model.predict(ImageSamples.from_paths(["a picture that cannot be read"]))[0].tolist()
    return answer


def _versions() -> dict[str, str]:
    versions = {"onnx opset": str(OPSET), "ai.onnx.ml opset": str(ML_OPSET)}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            versions[library] = "unknown"
    return versions
