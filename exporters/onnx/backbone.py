"""The engine's networks for pictures as ONNX, to be put into a graph."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx

from engine.backbones import load_backbone
from exporters.errors import NotExportable
from exporters.onnx.graph import OPSET, Graph

if TYPE_CHECKING:
    from torch import nn

_EXAMPLES = 2  # a batch of one would be taken for a fixed size
_CHATTY = r"torch|onnxscript|onnx_ir|copyreg"


Described = Callable[[Graph, str], str]
"""Adds a network to a graph that reads pictures, float32 [N, 3, side, side]; returns what it answers."""


@lru_cache(maxsize=4)
def backbone_writer(backbone: str, side: int, weights: Path | None = None) -> Described:
    """Return what writes the engine's ``backbone`` for pictures of one size, made once.

    ``weights`` is the adopted file of a network from outside.

    Raises:
        NotExportable: torch cannot express it.
    """
    return network_writer(load_backbone(backbone, weights), side)


def network_writer(network: nn.Module, side: int) -> Described:
    """Return what writes ``network``, features with a head or without, for pictures of one size.

    Raises:
        NotExportable: torch cannot express it.
    """
    from torch import nn

    from engine.backbones.efficientnet_lite import EfficientNetLite
    from exporters.onnx.lite import lite_features

    body, head = (network[0], network[1]) if isinstance(network, nn.Sequential) else (network, None)
    if not isinstance(body, EfficientNetLite) or not isinstance(head, nn.Linear | None):
        model = network_model(network, side)
        return lambda graph, pictures: graph.splice(model, pictures)
    if head is None:
        return lambda graph, pictures: lite_features(graph, body, pictures, side)
    return lambda graph, pictures: _linear(graph, head, lite_features(graph, body, pictures, side))


def _linear(graph: Graph, layer: nn.Linear, features: str) -> str:
    weight, bias = (graph.constant(values.detach().numpy(), np.float32) for values in (layer.weight, layer.bias))
    return graph.add("Gemm", features, weight, bias, transB=1)


def network_model(network: nn.Module, side: int) -> onnx.ModelProto:
    """Return ``network`` as a model of float32 [N, 3, side, side], N free, as torch writes it.

    Raises:
        NotExportable: torch cannot express it.
    """
    import torch

    pictures = torch.zeros(_EXAMPLES, 3, side, side)
    with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        for category in (DeprecationWarning, FutureWarning):
            warnings.filterwarnings("ignore", category=category, module=_CHATTY)
        try:
            program = torch.onnx.export(
                network.eval(),
                (pictures,),
                dynamo=True,
                external_data=False,
                verbose=False,
                opset_version=OPSET,
                dynamic_shapes=({0: torch.export.Dim("batch")},),
            )
        except torch.onnx.OnnxExporterError as error:
            raise NotExportable(f"A network of the model cannot be written as ONNX: {error}") from error
    assert program is not None
    model: onnx.ModelProto = program.model_proto
    return model
