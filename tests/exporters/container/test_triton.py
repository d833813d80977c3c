"""The repository for Triton, read with a schema of the fields of its model_config.proto that are written."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from onnx import TensorProto, helper

from exporters.container.triton import config, repository
from exporters.errors import NotExportable
from tests.exporters.models import PICTURES, TABLE, constant, content_of, lightgbm, model_of, thumbnail

FIELDS: dict[str, list[tuple[str, int, str, bool]]] = {  # message: name, number, type, repeated
    "Shape": [("shape", 1, "int64", True)],
    "Tensor": [
        ("name", 1, "string", False),
        ("data_type", 2, "Type", False),
        ("dims", 3, "int64", True),
        ("reshape", 5, "Shape", False),
    ],
    "Batching": [("max_queue_delay_microseconds", 2, "uint64", False)],
    "Group": [("kind", 4, "Kind", False)],
    "Config": [
        ("name", 1, "string", False),
        ("max_batch_size", 4, "int32", False),
        ("input", 5, "Tensor", True),
        ("output", 6, "Tensor", True),
        ("instance_group", 7, "Group", True),
        ("dynamic_batching", 11, "Batching", False),
        ("backend", 17, "string", False),
    ],
}
TYPES = (
    *(
        "TYPE_INVALID",
        "TYPE_BOOL",
        "TYPE_UINT8",
        "TYPE_UINT16",
        "TYPE_UINT32",
        "TYPE_UINT64",
        "TYPE_INT8",
        "TYPE_INT16",
    ),
    *("TYPE_INT32", "TYPE_INT64", "TYPE_FP16", "TYPE_FP32", "TYPE_FP64", "TYPE_STRING"),
)
KINDS = ("KIND_AUTO", "KIND_GPU", "KIND_CPU")


def schema() -> Any:
    """The message class of a model's configuration."""
    file = descriptor_pb2.FileDescriptorProto(name="triton.proto", package="t", syntax="proto3")
    for name, values in (("Type", TYPES), ("Kind", KINDS)):
        enum = file.enum_type.add(name=name)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    field_type = descriptor_pb2.FieldDescriptorProto
    for message, fields in FIELDS.items():
        made = file.message_type.add(name=message)
        for name, number, kind, repeated in fields:
            label = field_type.LABEL_REPEATED if repeated else field_type.LABEL_OPTIONAL
            field = made.field.add(name=name, number=number, label=label)
            if kind in FIELDS or kind in {"Type", "Kind"}:
                field.type = field_type.TYPE_MESSAGE if kind in FIELDS else field_type.TYPE_ENUM
                field.type_name = f".t.{kind}"
            else:
                field.type = getattr(field_type, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Config"))


CONFIG = schema()


def read(text: str) -> Any:
    return text_format.Parse(text, CONFIG())


def graph(*values: tuple[str, int, list[str | int]]) -> bytes:
    """A model whose inputs it hands on."""
    inputs = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in values]
    outputs = [helper.make_tensor_value_info(f"{name} out", kind, shape) for name, kind, shape in values]
    nodes = [helper.make_node("Identity", [name], [f"{name} out"]) for name, _, _ in values]
    content: bytes = helper.make_model(helper.make_graph(nodes, "g", inputs, outputs)).SerializeToString()
    return content


def test_pictures_are_batched_and_any_size() -> None:
    found = read(config("bolts", content_of(model_of(PICTURES, thumbnail(PICTURES)))))
    assert (found.name, found.backend, found.max_batch_size) == ("bolts", "onnxruntime", 64)
    (picture,) = found.input
    assert (picture.name, TYPES[picture.data_type], list(picture.dims)) == ("image", "TYPE_UINT8", [-1, -1, 3])
    outputs = {output.name: output for output in found.output}
    assert TYPES[outputs["label"].data_type] == "TYPE_STRING"
    assert (list(outputs["label"].dims), list(outputs["label"].reshape.shape)) == ([1], [])
    assert outputs["label"].HasField("reshape")
    assert list(outputs["probabilities"].dims) == [len(PICTURES.classes)]
    assert [KINDS[group.kind] for group in found.instance_group] == ["KIND_CPU"]
    assert found.HasField("dynamic_batching")


def test_columns_keep_their_names_whatever_they_are() -> None:
    found = read(config("snakes", content_of(model_of(TABLE, lightgbm(TABLE), constant(TABLE)))))
    names = {tensor.name for tensor in found.input}
    assert "colour 🎨" in names
    assert len(names) == len(TABLE.columns)
    assert all(list(tensor.dims) == [1] and not tensor.HasField("reshape") for tensor in found.input)


def test_graphs_whose_first_dimension_is_not_the_samples_are_not_batched() -> None:
    found = read(
        config("words", graph(("ids", TensorProto.INT64, ["C", "T"]), ("shares", TensorProto.FLOAT, ["N", "C"])))
    )
    assert found.max_batch_size == 0
    assert not found.HasField("dynamic_batching")
    assert [list(tensor.dims) for tensor in found.input] == [[-1, -1], [-1, -1]]


def test_a_fixed_first_dimension_is_kept() -> None:
    found = read(config("one", graph(("image", TensorProto.UINT8, [1, 8, 8, 3]))))
    assert (found.max_batch_size, list(found.input[0].dims)) == (0, [1, 8, 8, 3])


@pytest.mark.parametrize("name", ['a "quoted" one', "back\\slash", "line\nbreak", "🐍", "tab\t"])
def test_odd_names_arrive_as_they_are(name: str) -> None:
    found = read(config("odd", graph((name, TensorProto.FLOAT, ["N", 2]))))
    assert found.input[0].name == name


def test_the_repository_is_laid_out_for_triton() -> None:
    content = graph(("x", TensorProto.FLOAT, ["N", 2]))
    files = repository("bolts", content)
    assert sorted(files) == ["bolts/1/model.onnx", "bolts/config.pbtxt"]
    assert files["bolts/1/model.onnx"] == content
    assert read(files["bolts/config.pbtxt"].decode()).name == "bolts"


def test_what_triton_has_no_type_for_is_met_with_a_sentence() -> None:
    with pytest.raises(NotExportable, match=r"Triton cannot serve the input “x” of type COMPLEX64.*without --triton"):
        config("odd", graph(("x", TensorProto.COMPLEX64, ["N", 2])))
