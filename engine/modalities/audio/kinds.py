"""The registry of what can be told of a sound: a name in the settings of a learner or member, and where it is made.

A name is ``statistics``, or that of a network and the way it is used. The module is imported only when the features are
wanted, so that statistics need not wait for torch.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable

from engine.features.table import Kind
from engine.modalities.audio.samples import AudioSamples

__all__ = ["EVENTS", "KINDS", "PACES", "PICTURES", "SPEECH", "STATISTICS", "kinds"]

STATISTICS, SPEECH, EVENTS, PICTURES = "statistics", "speech_embedding", "yamnet", "efficientnet_lite0"
PACES = "speech_embedding_at_paces"

KINDS: dict[str, str] = {
    STATISTICS: "engine.modalities.audio.statistics:STATISTICS",
    SPEECH: "engine.modalities.audio.speech:SPEECH",
    PACES: "engine.modalities.audio.speech:PACES",
    EVENTS: "engine.modalities.audio.events:EVENTS",
    PICTURES: "engine.modalities.audio.spectrogram:PICTURES",
}


def kinds(names: Iterable[str]) -> list[Kind[AudioSamples]]:
    """Return the kinds of features by their names (KeyError where there is none)."""
    places = [KINDS[name].partition(":") for name in names]
    return [getattr(importlib.import_module(module), name) for module, _, name in places]
