"""The pretrained networks: exported once a size, their weights kept once."""

from __future__ import annotations

import onnx
import pytest

from exporters.errors import NotExportable
from exporters.onnx.backbone import backbone_model, network_model
from exporters.onnx.compose import compose
from exporters.onnx.parity import check
from tests.exporters.models import PICTURES, content_of, exported, features, model_of

SIDE = 96


def test_the_batch_is_free_and_nothing_tells_where_it_was_made() -> None:
    model = backbone_model("efficientnet_lite0", SIDE)
    (pictures,), (output,) = model.graph.input, model.graph.output
    assert [dim.dim_value for dim in pictures.type.tensor_type.shape.dim] == [0, 3, SIDE, SIDE]
    assert output.type.tensor_type.shape.dim[1].dim_value == 1280
    content = content_of(model_of(PICTURES, features(PICTURES)))
    whole = onnx.ModelProto.FromString(content)
    assert not whole.graph.value_info  # what is inferred here no longer fits once a graph is quantised
    assert sorted(opset.domain for opset in whole.opset_import) == ["", "ai.onnx.ml"]
    assert not any(tensor.external_data for tensor in whole.graph.initializer)
    assert b"/engine/" not in content
    assert b"pkg.torch" not in content


def test_members_of_one_network_share_it() -> None:
    both = compose(model_of(PICTURES, features(PICTURES, flip=False), features(PICTURES, flip=True)))
    convolutions = sum(node.op_type == "Conv" for node in both.nodes)
    alone = sum(node.op_type == "Conv" for node in backbone_model("efficientnet_lite0", SIDE).graph.node)
    assert convolutions == 2 * alone  # once plain, once mirrored


def test_a_second_size_adds_no_weights_and_agrees() -> None:
    one = model_of(PICTURES, features(PICTURES))
    two = model_of(PICTURES, features(PICTURES), features(PICTURES, flip=False, resolution=64))
    assert len(content_of(two)) < len(content_of(one)) + 400_000
    assert check(two, exported(two), None).difference <= 1e-5


def test_what_torch_cannot_express_is_refused() -> None:
    import torch

    class Wilful(torch.nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return pictures if float(pictures.sum()) > 0 else -pictures

    with pytest.raises(NotExportable, match="cannot be written as ONNX"):
        network_model(Wilful(), 8)
