"""What takes seconds and comes to the same each time, done once for many tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import onnx
import pytest

from exporters.base import Progress
from exporters.onnx.backbone import network_model
from exporters.onnx.proven import Proven, prove
from exporters.source import Source

if TYPE_CHECKING:
    from torch import nn

_NETWORKS: dict[str, bytes] = {}


@contextmanager
def networks_written_once() -> Iterator[None]:
    """Let torch's exporter write a network only where this process has not had it write the same one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("exporters.onnx.backbone.network_model", _written)
        yield


def _written(network: nn.Module, side: int) -> onnx.ModelProto:
    """What torch wrote of the same layers with the same numbers for pictures of that size; a copy of its own."""
    digest = hashlib.sha256(f"{network!r} for {side}".encode())
    for name, tensor in (*network.named_parameters(), *network.named_buffers()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().numpy().tobytes())
    key = digest.hexdigest()
    if key not in _NETWORKS:
        _NETWORKS[key] = network_model(network, side).SerializeToString()
    model: onnx.ModelProto = onnx.ModelProto.FromString(_NETWORKS[key])
    return model


@contextmanager
def models_proven_once() -> Iterator[None]:
    """Let an export take the proof that another one came to of the same model, whatever it was exported as.

    A model is known by its fingerprint and its name, so models that lie nowhere need names of their own.
    """
    known: dict[tuple[str, str], Proven] = {}

    def proven(source: Source, progress: Progress) -> Proven:
        key = (source.fingerprint, source.name)
        if key not in known:
            known[key] = prove(source, progress)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("exporters.onnx.exporter.prove", proven)
        patch.setattr("exporters.packaged.prove", proven)
        yield
