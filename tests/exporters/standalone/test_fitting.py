"""Graphs that do not fit their manifests: refused when they are opened, or with a sentence when they answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from exporters.standalone.described import MANIFEST
from exporters.standalone.package import NotAPackage, Package
from tests.exporters.graphs import altered

ROW = {"length in cm": 3.0, "colour 🎨": "rot", "label": 1.7e9, "inner_1_Mul": "place 3"}
CLASSES = 3


def output(graph: onnx.GraphProto, name: str) -> onnx.ValueInfoProto:
    found: onnx.ValueInfoProto = next(value for value in graph.output if value.name == name)
    return found


def answering(name: str, kind: int, shape: list[Any], *nodes: onnx.NodeProto) -> Callable[[onnx.GraphProto], object]:
    """Let the output ``name`` be declared so, and be what the nodes make of ``before``."""

    def change(graph: onnx.GraphProto) -> None:
        for node in graph.node:
            node.output[:] = ["before" if one == name else one for one in node.output]
            node.input[:] = ["before" if one == name else one for one in node.input]
        graph.node.extend(nodes)
        output(graph, name).CopyFrom(helper.make_tensor_value_info(name, kind, shape))

    return change


def with_numbers(change: Callable[[onnx.GraphProto], object], **numbers: Any) -> Callable[[onnx.GraphProto], object]:
    def both(graph: onnx.GraphProto) -> None:
        change(graph)
        graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in numbers.items())

    return both


def answering_elsewhere(graph: onnx.GraphProto) -> None:
    """Give the probabilities another name."""
    graph.node.append(helper.make_node("Identity", [PROBABILITIES], ["chances"]))
    output(graph, PROBABILITIES).name = "chances"


def taking_less(graph: onnx.GraphProto) -> None:
    """Take the first column as float32 instead of float64."""
    first = graph.input[0]
    name = first.name
    for node in graph.node:
        node.input[:] = ["as double" if one == name else one for one in node.input]
    graph.node.insert(0, helper.make_node("Cast", [name], ["as double"], to=TensorProto.DOUBLE))
    first.type.tensor_type.elem_type = TensorProto.FLOAT


PROBABILITIES, DOUBLE, FLOAT = "probabilities", TensorProto.DOUBLE, TensorProto.FLOAT
STRANGE: dict[str, tuple[Callable[[onnx.GraphProto], object], str]] = {
    "another type of answer": (
        answering(
            PROBABILITIES, FLOAT, ["N", CLASSES], helper.make_node("Cast", ["before"], [PROBABILITIES], to=FLOAT)
        ),
        "float32 .any, 3., but the manifest as float64 .any, 3.",
    ),
    "another rank": (
        with_numbers(
            answering(
                PROBABILITIES,
                DOUBLE,
                ["N"],
                helper.make_node("ReduceMax", ["before", "axis"], [PROBABILITIES], keepdims=0),
            ),
            axis=np.array([1]),
        ),
        "float64 .any., but",
    ),
    "another number of classes": (
        answering(
            PROBABILITIES, DOUBLE, ["N", 6], helper.make_node("Concat", ["before", "before"], [PROBABILITIES], axis=1)
        ),
        "float64 .any, 6., but",
    ),
    "another type of input": (taking_less, "“length in cm” as float32"),
    "another name of an answer": (
        answering_elsewhere,
        "outputs of the graph are not those that the manifest names",
    ),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_a_graph_that_does_not_fit_its_manifest_is_not_opened(
    strange: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    change, why = STRANGE[strange]
    with pytest.raises(NotAPackage, match=why):
        Package.open(altered(folders["table"], tmp_path / "strange", change))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"shape": ["N"]}, "does not fit 3 classes"),
        ({"shape": ["N", 4]}, "does not fit 3 classes"),
        ({"shape": [1, 3]}, "does not fit 3 classes"),
        ({"shape": ["N", "M"]}, "does not fit 3 classes"),
        ({"type": "int64"}, "no output of float32"),
    ],
)
def test_answers_that_do_not_fit_the_task_are_not_opened(changes: dict[str, Any], why: str, copied: Path) -> None:
    path = copied / MANIFEST
    manifest = json.loads(path.read_bytes())
    next(entry for entry in manifest["outputs"] if entry["name"] == PROBABILITIES).update(changes)
    path.write_text(json.dumps(manifest))
    with pytest.raises(NotAPackage, match=why):
        Package.open(copied)


def test_a_graph_and_a_manifest_that_take_another_thing_than_samples_are_not_opened(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    strange = altered(folders["table"], tmp_path / "strange", taking_less)
    manifest = json.loads((strange / MANIFEST).read_bytes())
    manifest["inputs"][0]["type"] = "float32"
    (strange / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(NotAPackage, match=r"samples are made into float64 \[1, 1\]"):
        Package.open(strange)


def test_answers_of_another_shape_than_declared_are_met_with_a_sentence(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    twice = with_numbers(
        answering(
            PROBABILITIES, DOUBLE, ["N", CLASSES], helper.make_node("Tile", ["before", "twice"], [PROBABILITIES])
        ),
        twice=np.array([2, 1]),
    )
    package = Package.open(altered(folders["table"], tmp_path / "strange", twice))
    with pytest.raises(NotAPackage, match="answered in the shapes"):
        package.predict([package.read(ROW)])


def test_other_numbers_of_answers_than_of_samples_are_met_with_a_sentence(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    def first_alone(graph: onnx.GraphProto) -> None:
        for name in ("label_", PROBABILITIES):
            for node in graph.node:
                node.output[:] = [f"all {name}" if one == name else one for one in node.output]
                node.input[:] = [f"all {name}" if one == name else one for one in node.input]
            graph.node.append(helper.make_node("Slice", [f"all {name}", "zero", "one"], [name]))
        graph.initializer.extend(numpy_helper.from_array(np.array([n]), word) for n, word in enumerate(("zero", "one")))

    package = Package.open(altered(folders["table"], tmp_path / "strange", first_alone))
    row = package.read(ROW)
    assert len(package.predict([row])) == 1
    with pytest.raises(NotAPackage, match="1 answers about 2 samples"):
        package.predict([row, row])


def test_a_named_class_that_there_is_not_is_met_with_a_sentence(folders: dict[str, Path], tmp_path: Path) -> None:
    def renamed(graph: onnx.GraphProto) -> None:
        node = next(node for node in graph.node if "label_" in node.output)
        attributes: dict[str, Any] = {"keys_strings": ["no class"], "values_strings": ["-"], "default_string": "other"}
        node.CopyFrom(helper.make_node("LabelEncoder", list(node.input), ["label_"], domain="ai.onnx.ml", **attributes))

    package = Package.open(altered(folders["table"], tmp_path / "strange", renamed))
    with pytest.raises(NotAPackage, match="named a class"):
        package.predict([package.read(ROW)])
