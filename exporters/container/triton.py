"""The model as a repository of the Triton inference server, where Triton can serve its graph."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from exporters.errors import NotExportable

if TYPE_CHECKING:
    from onnx import ValueInfoProto

VERSION = "1"
_MOST_SAMPLES = 64
_TYPES = {
    "FLOAT": "TYPE_FP32",
    "DOUBLE": "TYPE_FP64",
    "FLOAT16": "TYPE_FP16",
    "INT8": "TYPE_INT8",
    "INT16": "TYPE_INT16",
    "INT32": "TYPE_INT32",
    "INT64": "TYPE_INT64",
    "UINT8": "TYPE_UINT8",
    "UINT16": "TYPE_UINT16",
    "UINT32": "TYPE_UINT32",
    "UINT64": "TYPE_UINT64",
    "BOOL": "TYPE_BOOL",
    "STRING": "TYPE_STRING",
}


def repository(name: str, content: bytes) -> dict[str, bytes]:
    """Return the files of a repository with one model, by their paths inside it.

    Raises:
        NotExportable: the graph has an input or output that Triton knows no type for.
    """
    return {
        f"{name}/config.pbtxt": config(name, content).encode(),
        f"{name}/{VERSION}/model.onnx": content,
    }


def config(name: str, content: bytes) -> str:
    """Return ``config.pbtxt`` for the ``.onnx`` file ``content``.

    Where the first dimension of every input and output counts the samples, Triton may put requests together.
    """
    import onnx

    graph = onnx.load_from_string(content).graph
    batched = _counts_samples([*graph.input, *graph.output])
    most = _MOST_SAMPLES if batched else 0
    lines = [f"name: {_quoted(name)}", 'backend: "onnxruntime"', f"max_batch_size: {most}"]
    lines += [_tensor("input", value, batched) for value in graph.input]
    lines += [_tensor("output", value, batched) for value in graph.output]
    if batched:
        lines.append("dynamic_batching { max_queue_delay_microseconds: 2000 }")
    lines.append("instance_group [ { kind: KIND_CPU } ]")
    return "\n".join(lines) + "\n"


def _counts_samples(values: Sequence[ValueInfoProto]) -> bool:
    names = set()
    for value in values:
        dimensions = value.type.tensor_type.shape.dim
        names.add(dimensions[0].dim_param if dimensions else "")
    return len(names) == 1 and "" not in names


def _tensor(role: str, value: ValueInfoProto, batched: bool) -> str:
    from onnx import TensorProto

    kind = TensorProto.DataType.Name(value.type.tensor_type.elem_type)
    if kind not in _TYPES:
        raise NotExportable(
            f"Triton cannot serve the {role} “{value.name}” of type {kind}, so no repository was written. "
            "Export the container without --triton."
        )
    dims = [dim.dim_value if dim.HasField("dim_value") else -1 for dim in value.type.tensor_type.shape.dim]
    inner = dims[1:] if batched else dims
    shape = "dims: [ 1 ] reshape { shape: [ ] }" if batched and not inner else f"dims: [ {', '.join(map(str, inner))} ]"
    return f"{role} [ {{ name: {_quoted(value.name)} data_type: {_TYPES[kind]} {shape} }} ]"


def _quoted(text: str) -> str:
    r"""Return ``text`` as a string of protobuf's text format, whose escapes for bytes are octal.

    >>> print(_quoted('caf\u00e9'), _quoted('a "b"'))
    "caf\303\251" "a \"b\""
    """
    if text.isascii() and text.isprintable():
        return json.dumps(text)
    letters = (chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in text.encode())
    return '"' + "".join(letters) + '"'
