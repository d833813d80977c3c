"""The networks for pictures: written once a size, their weights kept once."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch

from engine.backbones import load_backbone
from engine.backbones.efficientnet_lite import load_lite0
from engine.backbones.weights import verified
from exporters.errors import NotExportable
from exporters.onnx.backbone import network_model, network_writer
from exporters.onnx.compose import compose
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.runtime import OnnxModel, ort_session
from tests.exporters.models import PICTURES, content_of, features, model_of, pictures, tuned

SMALL = "residual-8-1-2-3-silu-excite"


def test_the_batch_is_free_and_nothing_tells_where_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[onnx.ModelProto] = []

    def kept(network: torch.nn.Module, side: int) -> onnx.ModelProto:
        made.append(network_model(network, side))
        return made[-1]

    monkeypatch.setattr("exporters.onnx.backbone.network_model", kept)
    member = tuned(PICTURES, SMALL, count=1)
    content = content_of(model_of(PICTURES, member, features(PICTURES)))
    (model,) = made
    (pictures,), (output,) = model.graph.input, model.graph.output
    side = member.resolution
    assert [dim.dim_value for dim in pictures.type.tensor_type.shape.dim] == [0, 3, side, side]
    assert output.type.tensor_type.shape.dim[1].dim_value == PICTURES.outputs
    whole = onnx.ModelProto.FromString(content)
    assert not whole.graph.value_info  # what is inferred here no longer fits once a graph is quantised
    assert sorted(opset.domain for opset in whole.opset_import) == ["", "ai.onnx.ml"]
    assert not any(tensor.external_data for tensor in whole.graph.initializer)
    assert b"/engine/" not in content
    assert b"pkg.torch" not in content


def test_members_of_one_network_share_it() -> None:
    both = compose(model_of(PICTURES, features(PICTURES, middle=False), features(PICTURES, middle=True)))
    convolutions = sum(node.op_type == "Conv" for node in both.nodes)
    alone = sum(1 for _ in load_lite0(verified("efficientnet_lite0")).convolutions())
    assert convolutions == 2 * alone  # once the whole, once the middle


@pytest.mark.parametrize("backbone", ["efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2"])
@pytest.mark.parametrize("side", [64, 97])
def test_pretrained_networks_are_written_by_hand_for_even_and_odd_sizes(backbone: str, side: int) -> None:
    network = load_backbone(backbone)
    graph = Graph(["x", "y"])
    answer = network_writer(network, side)(graph, graph.add_input("x", FLOAT, ["N", 3, side, side]))
    graph.add_output(answer, "y", FLOAT, ["N", network.length])
    pictures = np.random.default_rng(0).normal(size=(2, 3, side, side)).astype(np.float32)
    with torch.inference_mode():
        expected = network(torch.from_numpy(pictures)).numpy()
    session = ort_session(graph.build("lite", {}).SerializeToString())
    np.testing.assert_allclose(session.run(None, {"x": pictures})[0], expected, atol=1e-5 * np.abs(expected).max())


def test_a_second_size_adds_no_weights_and_agrees() -> None:
    one = model_of(PICTURES, features(PICTURES))
    two = model_of(PICTURES, features(PICTURES), features(PICTURES, middle=False, resolution=64))
    content, samples = content_of(two), pictures(3)
    assert len(content) < len(content_of(one)) + 400_000
    assert np.abs(OnnxModel(content).predict(samples) - two.predict(samples)).max() <= 1e-5


def test_what_torch_cannot_express_is_refused() -> None:
    class Wilful(torch.nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return pictures if float(pictures.sum()) > 0 else -pictures

    with pytest.raises(NotExportable, match="cannot be written as ONNX"):
        network_model(Wilful(), 8)
