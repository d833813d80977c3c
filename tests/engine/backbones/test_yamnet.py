from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from engine.backbones.weights import verified
from engine.backbones.yamnet import BANDS, FRAMES, LENGTH, EventNetwork, load_yamnet
from engine.errors import WeightsError


@pytest.fixture(scope="module")
def network() -> EventNetwork:
    return load_yamnet(verified("yamnet"))


def some_patches(count: int) -> torch.Tensor:
    return torch.randn(count, FRAMES, BANDS, generator=torch.Generator().manual_seed(0)) - 3.0


def without_rounding(path: Path, last: str) -> bytes:
    """The graph in the file up to the tensor ``last``, its numbers no longer rounded to 8 bits between layers."""
    model = onnx.load(path)
    graph, renamed, kept = model.graph, dict[str, str](), []
    for node in graph.node:
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            renamed[node.output[0]] = renamed.get(node.input[0], node.input[0])
            continue
        node.input[:] = [renamed.get(name, name) for name in node.input]
        kept.append(node)
        if last in node.output:
            break
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend(kept)
    shape = [1, 1, FRAMES, BANDS]
    graph.input.append(onnx.helper.make_tensor_value_info("audio", onnx.TensorProto.FLOAT, shape))
    graph.output.append(onnx.helper.make_tensor_value_info(last, onnx.TensorProto.FLOAT, None))
    stored: bytes = model.SerializeToString()
    return stored


def test_it_equals_the_network_in_the_file(network: EventNetwork, tmp_path: Path) -> None:
    with zipfile.ZipFile(verified("yamnet")) as archive:
        archive.extractall(tmp_path)
    last = "/model/layer13/pointwise_conv/relu/Relu_output_0"
    graph = without_rounding(next(tmp_path.rglob("*.onnx")), last)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    patches = some_patches(1)
    (wanted,) = session.run([last], {"audio": patches[None].numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(network.maps(patches).numpy(), wanted, atol=1e-4)


def test_patches_are_heard_one_by_one(network: EventNetwork) -> None:
    patches = some_patches(3)
    with torch.inference_mode():
        together = network(patches)
        assert together.shape == (3, LENGTH)
        torch.testing.assert_close(together[1:2], network(patches[1:2]), atol=1e-5, rtol=1e-4)


def test_a_file_that_is_no_such_network_is_met_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "junk.zip").write_bytes(b"\xff\x00junk")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("model.onnx", b"\xff\x00junk")
        archive.writestr("model.data", b"")
    with zipfile.ZipFile(tmp_path / "short.zip", "w") as archive:
        archive.writestr("model.onnx", onnx.ModelProto().SerializeToString())
        archive.writestr("model.data", b"")
    for name in ("junk.zip", "gone.zip", "other.zip", "short.zip"):
        with pytest.raises(WeightsError, match=f"{name} cannot be read"):
            load_yamnet(tmp_path / name)
