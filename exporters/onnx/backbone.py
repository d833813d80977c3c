"""The engine's pretrained networks as ONNX, to be spliced into a graph."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import onnx

from engine.backbones import load_backbone
from exporters.errors import NotExportable
from exporters.onnx.graph import OPSET

if TYPE_CHECKING:
    from torch import Tensor, nn

_EXAMPLES = 2  # a batch of one would be taken for a fixed size
_CHATTY = r"torch|onnxscript|onnx_ir|copyreg"


@lru_cache(maxsize=4)
def backbone_model(backbone: str, side: int, weights: Path | None = None) -> onnx.ModelProto:
    """Return the engine's ``backbone`` for pictures of one size, made once; not to be changed.

    ``weights`` is the adopted file of a network from outside.

    Raises:
        NotExportable: torch cannot express it.
    """
    return network_model(load_backbone(backbone, weights), side)


def network_model(network: nn.Module, side: int) -> onnx.ModelProto:
    """Return ``network`` as a model of float32 [N, 3, side, side], N free.

    Raises:
        NotExportable: torch cannot express it.
    """
    import torch

    return network_as_onnx(network, torch.zeros(_EXAMPLES, 3, side, side), {0: "batch"})


def network_as_onnx(network: nn.Module, example: Tensor, free: Mapping[int, str]) -> onnx.ModelProto:
    """Return ``network`` as a model of one input, whose axes in ``free`` have any size; two of each in ``example``.

    Raises:
        NotExportable: torch cannot express it.
    """
    import torch

    with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        for category in (DeprecationWarning, FutureWarning):
            warnings.filterwarnings("ignore", category=category, module=_CHATTY)
        try:
            program = torch.onnx.export(
                network.eval(),
                (example,),
                dynamo=True,
                external_data=False,
                verbose=False,
                opset_version=OPSET,
                dynamic_shapes=({axis: torch.export.Dim(name) for axis, name in free.items()},),
            )
        except torch.onnx.OnnxExporterError as error:
            raise NotExportable(f"A network of the model cannot be written as ONNX: {error}") from error
    assert program is not None
    model: onnx.ModelProto = program.model_proto
    return model
