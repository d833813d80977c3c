"""How each kind of member is written as a graph: one file a kind, one line here.

A module of this folder has ``write(graph, member, inputs) -> str``: it adds the member's arithmetic to the graph and
returns the name of a double tensor [N, outputs], equal to ``member.predict``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from exporters.errors import NotExportable
from exporters.onnx.graph import Graph

__all__ = ["WRITERS", "Writer", "writer"]

Writer = Callable[[Graph, Any, Any], str]

WRITERS: dict[str, str] = {
    "constant": "exporters.onnx.members.constant",
    "image.thumbnail": "exporters.onnx.members.thumbnail",
    "image.features": "exporters.onnx.members.features",
    "image.network": "exporters.onnx.members.image_network",
    "text.ngrams": "exporters.onnx.members.text_ngrams",
    "text.features": "exporters.onnx.members.text_features",
    "text.network": "exporters.onnx.members.text_network",
    "text.shallow": "exporters.onnx.members.text_shallow",
    "audio.features": "exporters.onnx.members.audio_features",
    "audio.network": "exporters.onnx.members.audio_network",
    "table.lightgbm": "exporters.onnx.members.lightgbm",
    "table.trees": "exporters.onnx.members.trees",
    "table.linear": "exporters.onnx.members.linear",
    "table.network": "exporters.onnx.members.network",
}


def writer(kind: str) -> Writer:
    """Import and return the writer of members of ``kind``.

    Raises:
        NotExportable: there is none.
    """
    if kind not in WRITERS:
        raise NotExportable(f"A part of the model ({kind!r}) cannot be written as ONNX yet. Nothing was written.")
    found: Writer = importlib.import_module(WRITERS[kind]).write
    return found
