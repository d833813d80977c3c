"""What an app takes along: one sample a call, every size fixed, in the format of ONNX Runtime's mobile builds.

A model that is one network for pictures takes them already squashed to its square, so that every node has a fixed
shape and can run on the phone's own accelerator; any other model keeps what it takes, with one sample a call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from engine.arrays import Float32Array, FloatArray
from engine.modalities.image.members.network import NetworkMember
from engine.modalities.image.resize import MIDDLE, SPREAD, resize
from engine.modalities.image.samples import ImageSamples
from engine.model.model import Model
from engine.task import Kind, Task
from exporters.edge.compress import CALIBRATED_ON
from exporters.edge.ladder import Taken
from exporters.edge.quantise import whole_quantised
from exporters.edge.scheme import Way
from exporters.edge.tools import quietly
from exporters.errors import ParityError
from exporters.onnx.backbone import network_writer
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.inputs.base import ROWS
from exporters.onnx.runtime import ort_session
from exporters.source import Source

LEVELS, ANSWER = "levels", "answer"
ANDROID, IPHONE = "Android's accelerator (NNAPI)", "The iPhone's accelerator (CoreML)"
_COMPARED = 64
_TOLERANCE, _SAME = 1e-4, 0.95
_MODEL = "model.ort"


@dataclass(frozen=True)
class PhoneFiles:
    """The files, sentences for the person, and what the manifest says.

    ``ends`` are the ``inputs`` and ``outputs`` of the converted file, for the manifest.
    """

    files: Mapping[str, bytes]
    notes: tuple[str, ...]
    facts: Mapping[str, Any]
    ends: Mapping[str, Any]


def phone_files(source: Source, taken: Taken, scratch: Path) -> PhoneFiles:
    """Return what an app takes along of what was taken.

    Raises:
        ParityError: the converted file answers otherwise than the artefact that was measured.
    """
    network = one_network(taken.candidate.model)
    model = _one_sample(taken) if network is None else _fixed(taken, network)
    files = _converted(model, scratch)
    usable = _usability(scratch / "phone" / "model.onnx", scratch)
    facts: dict[str, Any] = {"usability": usable}
    ends = {"inputs": _described(model.graph.input), "outputs": _described(model.graph.output)}
    if network is not None:
        facts |= _compared(taken, network, files[_MODEL])
    words = _readme(source.model.task, network, usable)
    notes = tuple(_usable(name, found) for name, found in usable.items())
    return PhoneFiles({**files, "README.txt": words.encode()}, notes, facts, ends)


def one_network(model: Model) -> NetworkMember | None:
    """Return the network where a model is one that looks at each picture once, else None."""
    member = model.members[0].member
    if len(model.members) == 1 and isinstance(member, NetworkMember) and len(member.parts) == 1 and not member.mirror:
        return member
    return None


def _fixed(taken: Taken, network: NetworkMember) -> onnx.ModelProto:
    """Return the network alone: float32 levels [1, 3, S, S] in 0..255 to answers [1, K]."""
    model, graph = taken.candidate.model, Graph((LEVELS, ANSWER))
    side, outputs = network.resolution, model.task.outputs
    planes = graph.add("Sub", graph.add_input(LEVELS, FLOAT, [1, 3, side, side]), graph.constant(MIDDLE, np.float32))
    planes = graph.add("Div", planes, graph.constant(SPREAD, np.float32))
    copied = taken.compressor.graph.networks
    if copied:
        answer = graph.splice(taken.compressor.networks(taken.scheme).get(0, copied[0]), planes)
    else:
        answer = network_writer(network.networks()[0], side)(graph, planes)
    if model.task.kind is not Kind.REGRESSION:
        answer = graph.add("Mul", answer, graph.constant(1.0 / model.temperature, np.float32))
        multiclass = model.task.kind is Kind.MULTICLASS
        answer = graph.add("Softmax", answer, axis=1) if multiclass else graph.add("Sigmoid", answer)
    graph.add_output(answer, ANSWER, FLOAT, [1, outputs])
    fixed = graph.build("model", {"autodidact.task": json.dumps(model.task.to_json(), ensure_ascii=False)})
    if copied or taken.scheme.way is Way.FLOAT:
        return fixed
    calls = [{LEVELS: planes} for _, planes in _levels(taken, network, CALIBRATED_ON)]
    return whole_quantised(fixed, calls, taken.scheme)  # written node by node, it is stored in 8 bits only now


def _levels(taken: Taken, network: NetworkMember, most: int) -> Iterator[tuple[int, Float32Array]]:
    """Yield rows of the samples to calibrate on, and what the network alone is given of each, [1, 3, S, S]."""
    samples = taken.compressor.calibration
    if isinstance(samples, ImageSamples):
        for row in range(min(len(samples), most)):
            picture = samples.picture_or_none(row)
            if picture is not None:
                yield row, resize(picture, network.resolution)[None]


def _one_sample(taken: Taken) -> onnx.ModelProto:
    """Return the artefact with one sample a call."""
    with quietly():
        from onnxruntime.tools.onnx_model_utils import fix_output_shapes, make_dim_param_fixed

        model: onnx.ModelProto = onnx.ModelProto.FromString(taken.artefact.content)
        make_dim_param_fixed(model.graph, ROWS, 1)
        fix_output_shapes(model)
    return model


def _converted(model: onnx.ModelProto, scratch: Path) -> dict[str, bytes]:
    """Return ``model`` in ORT format, and which operators a reduced build must have."""
    folder = scratch / "phone"
    folder.mkdir()
    onnx.save(model, folder / "model.onnx")
    with quietly():
        from onnxruntime.tools.convert_onnx_models_to_ort import OptimizationStyle, convert_onnx_models_to_ort

        convert_onnx_models_to_ort(
            folder, output_dir=folder, optimization_styles=[OptimizationStyle.Fixed], target_platform="arm"
        )
    names = (_MODEL, "required_operators.config")
    return {name: (folder / name).read_bytes() for name in names}


def _usability(path: Path, scratch: Path) -> dict[str, dict[str, int]]:
    """Return how many nodes each accelerator of phones can run, and in how many pieces, by ONNX Runtime's checker."""
    optimised = scratch / "basic.onnx"
    with quietly():
        from onnxruntime.tools.mobile_helpers import usability_checker as checker
        from onnxruntime.tools.onnx_model_utils import ModelProtoWithShapeInfo, optimize_model

        optimize_model(path, optimised)
        shaped = ModelProtoWithShapeInfo(optimised).model_with_shape_info
        found = {
            ANDROID: checker.check_nnapi_partitions(shaped, True),
            IPHONE: checker.check_coreml_partitions(shaped, True, "coreml_supported_mlprogram_ops.md"),
        }
    return {
        name: {"nodes": one.num_nodes, "supported": one.num_supported_nodes, "pieces": one.num_partitions}
        for name, one in found.items()
    }


def _described(ends: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {
            "name": value.name,
            "type": onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type).lower(),
            "shape": [one.dim_value or one.dim_param for one in value.type.tensor_type.shape.dim],
        }
        for value in ends
    )


def _compared(taken: Taken, network: NetworkMember, content: bytes) -> dict[str, Any]:
    """Run the converted file beside the artefact; say how far apart, and how often bytes are answered alike."""
    samples, session = taken.compressor.calibration, ort_session(content)
    exact, rounded, known = [], [], []
    for row, planes in _levels(taken, network, _COMPARED):
        assert samples is not None
        exact.append(session.run([ANSWER], {LEVELS: planes})[0][0])
        rounded.append(session.run([ANSWER], {LEVELS: np.round(planes)})[0][0])
        known.append(taken.artefact.opened.predict(samples.take(np.array([row])))[0])
    if not known:
        return {"compared": 0}
    return _apart(taken, np.stack(exact), np.stack(rounded), np.stack(known))


def _apart(taken: Taken, exact: FloatArray, rounded: FloatArray, known: FloatArray) -> dict[str, Any]:
    task = taken.candidate.model.task
    difference = float(np.abs(exact - known).max())
    alike, alike_rounded = (float((one.argmax(axis=1) == known.argmax(axis=1)).mean()) for one in (exact, rounded))
    size = 1.0 if task.classes else max(1.0, float(np.abs(known).max()))
    if alike < _SAME or (taken.scheme.way is Way.FLOAT and difference > _TOLERANCE * size):
        raise ParityError(
            f"The file for phones answers otherwise than the model that was measured (by {difference:.2g}; "
            f"{alike:.0%} the same answer). Nothing was written. Please report this with the run folder."
        )
    return {
        "compared": len(known),
        "difference": difference,
        "agreement": alike,
        "agreement_of_rounded_levels": alike_rounded,
    }


def _usable(name: str, found: Mapping[str, int]) -> str:
    """Say what an accelerator can run, and what that means."""
    steps = f"{name} can run {found['supported']} of the model's {found['nodes']} steps"
    if found["supported"] == found["nodes"] and found["pieces"] == 1:
        return f"{steps}, in one piece: worth trying."
    return f"{steps}, in {found['pieces']} pieces: the processor alone is likely quicker, and is what apps use."


def _readme(task: Task, network: NetworkMember | None, usable: Mapping[str, Mapping[str, int]]) -> str:
    lines = [
        "This model runs with ONNX Runtime: onnxruntime-android (Maven) or onnxruntime-objc (CocoaPods).",
        "",
        "model.ort                   the model; open it with one session and keep that",
        "required_operators.config   for a build of ONNX Runtime that holds nothing else (--include_ops_by_config)",
        "manifest.json               classes, what it takes and answers, and what it cost to make it small",
        "sample/                     one input and what is to be answered",
        "",
    ]
    if network is not None:
        side = network.resolution
        lines += [
            f"It takes {LEVELS}, float32 [1, 3, {side}, {side}]: red, green and blue planes of the upright picture,",
            f"levels 0 to 255, the whole picture squashed to {side} x {side}. Scale down with a filter that averages",
            "all pixels (on Android several halvings and a bilinear step, on iPhone vImageScale), or it sees less.",
            f"It answers {ANSWER}, float32 [1, {task.outputs}]"
            + (": how likely each class is, in the order of the manifest." if task.classes else ": the number."),
            "",
        ]
    lines += ["What the accelerators of phones can run of it, by ONNX Runtime's own checker:"]
    lines += [_usable(name, found) for name, found in usable.items()]
    return "\n".join(lines) + "\n"
