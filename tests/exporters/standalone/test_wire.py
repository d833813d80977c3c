"""What an ONNX file holds is seen without the onnx package, and nothing hostile passes."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from exporters.standalone.errors import NotAPackage
from exporters.standalone.wire import check_plain
from tests.exporters.models import PICTURES, TABLE, constant, content_of, lightgbm, model_of, thumbnail

PLAIN = content_of(model_of(TABLE, constant(TABLE)))


def parsed() -> onnx.ModelProto:
    model = onnx.ModelProto()
    model.ParseFromString(PLAIN)
    return model


def checked(model: onnx.ModelProto, folder: Path) -> None:
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    check_plain(path)


def test_our_own_files_pass(tmp_path: Path) -> None:
    for number, content in enumerate(
        (PLAIN, content_of(model_of(TABLE, lightgbm(TABLE))), content_of(model_of(PICTURES, thumbnail(PICTURES))))
    ):
        path = tmp_path / f"{number}.onnx"
        path.write_bytes(content)
        check_plain(path)


@pytest.mark.parametrize("place", ["initializer", "attribute", "entry"])
def test_numbers_in_other_files_are_refused(place: str, tmp_path: Path) -> None:
    model = parsed()
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "stolen")
    if place == "entry":
        tensor.external_data.add(key="location", value="../secret")
    else:
        tensor.data_location = TensorProto.EXTERNAL
    if place == "attribute":
        model.graph.node.append(helper.make_node("Constant", [], ["stolen"], value=tensor))
    else:
        model.graph.initializer.append(tensor)
    with pytest.raises(NotAPackage, match="from other files"):
        checked(model, tmp_path)


def test_operators_of_other_libraries_are_refused(tmp_path: Path) -> None:
    model = parsed()
    model.graph.node.append(helper.make_node("Run", ["x"], ["y"], domain="com.microsoft"))
    with pytest.raises(NotAPackage, match="holds parts"):
        checked(model, tmp_path)


def test_opsets_of_other_libraries_are_refused(tmp_path: Path) -> None:
    model = parsed()
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    with pytest.raises(NotAPackage, match="holds parts"):
        checked(model, tmp_path)


@pytest.mark.parametrize("part", ["graph", "graphs", "tensors", "function", "sparse"])
def test_parts_that_no_export_has_are_refused(part: str, tmp_path: Path) -> None:
    model = parsed()
    inner = helper.make_graph([], "inner", [], [])
    if part == "function":
        model.functions.append(onnx.FunctionProto(name="f"))
    elif part == "sparse":
        model.graph.sparse_initializer.append(onnx.SparseTensorProto())
    else:
        value = {"graph": inner, "graphs": [inner], "tensors": [numpy_helper.from_array(np.zeros(1))]}[part]
        model.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=value))
    with pytest.raises(NotAPackage, match="holds parts"):
        checked(model, tmp_path)


def test_what_hides_behind_many_numbers_is_found_and_they_take_no_time(tmp_path: Path) -> None:
    model = parsed()
    node = helper.make_node("Constant", [], ["many"], value_ints=list(range(400_000)))
    model.graph.node.append(node)
    start = time.perf_counter()
    checked(model, tmp_path)
    assert time.perf_counter() - start < 2.0
    attribute = node.attribute[0]
    attribute.floats.extend([1.0, -2.0])
    hidden = (
        attribute.SerializeToString() + onnx.AttributeProto(g=helper.make_graph([], "x", [], [])).SerializeToString()
    )
    attribute.ParseFromString(hidden)
    model.graph.node.append(node)
    with pytest.raises(NotAPackage, match="holds parts"):
        checked(model, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff" * 30, b"\x3a\xff\xff\xff\xff\x0f", b"\x08", b"\x3b\x01", b"\x38\x01"])
def test_what_is_no_onnx_file_is_met_with_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(NotAPackage, match=r"empty|damaged"):
        check_plain(tmp_path / "model.onnx")


def varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


@pytest.mark.parametrize("high", [1 << 29, 3 << 29, 1 << 31])
def test_a_field_whose_number_is_cut_off_to_one_that_is_refused_is_seen(high: int, tmp_path: Path) -> None:
    entry = onnx.StringStringEntryProto(key="location", value="../secret").SerializeToString()
    external = varint((13 + high) << 3 | 2) + varint(len(entry)) + entry
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "stolen").SerializeToString() + external
    graph = varint(5 << 3 | 2) + varint(len(tensor)) + tensor
    (tmp_path / "model.onnx").write_bytes(PLAIN + varint(7 << 3 | 2) + varint(len(graph)) + graph)
    with pytest.raises(NotAPackage, match="damaged"):
        check_plain(tmp_path / "model.onnx")


def test_a_field_of_number_zero_is_damage(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(PLAIN + b"\x00\x01")
    with pytest.raises(NotAPackage, match="damaged"):
        check_plain(tmp_path / "model.onnx")


def test_more_parts_than_any_export_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.standalone.wire.MAX_FIELDS", 1_000)
    graph = b"\x50\x01" * 600
    part = varint(7 << 3 | 2) + varint(len(graph)) + graph
    (tmp_path / "model.onnx").write_bytes(part)
    check_plain(tmp_path / "model.onnx")
    (tmp_path / "model.onnx").write_bytes(part * 2)
    with pytest.raises(NotAPackage, match="more than 1,000 parts"):
        check_plain(tmp_path / "model.onnx")


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_what_passes_is_plain_by_the_onnx_package_too(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "fuzzed.onnx"
    path.write_bytes(bytes(content))
    try:
        check_plain(path)
        model = onnx.ModelProto.FromString(bytes(content))
    except (NotAPackage, DecodeError):
        return
    assert not model.functions
    assert not model.graph.sparse_initializer
    assert all(node.domain in ("", "ai.onnx", "ai.onnx.ml") for node in model.graph.node)
    assert all(tensor.data_location != TensorProto.EXTERNAL for tensor in model.graph.initializer)
