"""What is told of a sound, as graphs: one file a kind of features, one line here.

A function of the registry takes the graph and its inputs and returns the name of a float32 tensor [N, length], equal to
what the kind of that name in :mod:`engine.modalities.audio.kinds` tells of each sound.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from engine.modalities.audio.kinds import EVENTS, PACES, PICTURES, SPEECH, STATISTICS
from exporters.onnx.graph import Graph

__all__ = ["TOLD", "told"]

TOLD: dict[str, str] = {
    STATISTICS: "exporters.onnx.sound.statistics:write",
    SPEECH: "exporters.onnx.sound.speech:write",
    PACES: "exporters.onnx.sound.speech:write_at_paces",
    EVENTS: "exporters.onnx.sound.events:write",
    PICTURES: "exporters.onnx.sound.spectrogram:write",
}


def told(name: str) -> Callable[[Graph, Any], str]:
    """Import and return what writes the features of that name (KeyError where there is none)."""
    module, _, function = TOLD[name].partition(":")
    found: Callable[[Graph, Any], str] = getattr(importlib.import_module(module), function)
    return found
