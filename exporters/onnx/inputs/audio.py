"""Sounds: mono at 16 kHz, float32, of any length, one length a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array
from engine.modalities.audio.resample import RATE
from engine.modalities.audio.samples import AudioSamples
from engine.model.model import Model
from engine.samples import Samples
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.inputs.base import ROWS, Call, Form, Inputs

AUDIO = "audio"

_SOUNDS_A_CALL = 32
_NUMBERS_A_CALL = 60 * RATE
_LENGTHS = "Any length; all sounds of one call share one."


class AudioInputs(Inputs):
    """Sounds, float32 [N, samples] at 16 kHz, of any length."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, graph.add_input(AUDIO, FLOAT, [ROWS, "samples"]))
        self.waves = AUDIO


class AudioForm(Form):
    """Sounds as files decode them."""

    noun: ClassVar[str] = "sounds"
    steps: ClassVar[tuple[str, ...]] = (
        "Client: decode the sound to one channel, the mean of its channels, at 16,000 samples a second within -1 and "
        "1; scale a louder one down to that, and take numbers that are none as silence. Of a sound longer than 200 "
        "seconds take ten excerpts of 20 seconds, evenly spread over its first 30 minutes.",
        "Graph: spectrograms, statistics, networks and long sounds in pieces are inside.",
        _LENGTHS,
    )

    @classmethod
    @override
    def reading_of(cls, model: Model) -> Mapping[str, Any]:
        return {"rate": RATE}

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return (AUDIO,)

    @override
    def open(self, graph: Graph) -> AudioInputs:
        return AudioInputs(graph)

    @override
    def described(self) -> list[dict[str, Any]]:
        meaning = f"sounds, -1 to 1, {RATE} samples a second. " + _LENGTHS
        return [{"name": AUDIO, "type": "float32", "shape": [ROWS, "samples"], "meaning": meaning, "missing": None}]

    @override
    def calls(self, samples: Samples) -> Iterator[Call]:
        assert isinstance(samples, AudioSamples)
        waiting: list[tuple[int, Float32Array]] = []
        for row in range(len(samples)):
            wave = samples.wave_or_none(row)
            if wave is None:
                continue
            if waiting and (len(wave) != len(waiting[0][1]) or _is_full(waiting)):
                yield _call(waiting)
                waiting = []
            waiting.append((row, wave))
        if waiting:
            yield _call(waiting)

    @override
    def unreadable(self) -> AudioSamples:
        return AudioSamples.from_paths(["a sound that cannot be read"])


def _is_full(waiting: Sequence[tuple[int, Float32Array]]) -> bool:
    return len(waiting) >= min(_SOUNDS_A_CALL, max(1, _NUMBERS_A_CALL // len(waiting[0][1])))


def _call(waiting: Sequence[tuple[int, Float32Array]]) -> Call:
    waves = np.stack([wave for _, wave in waiting])
    return Call(np.array([row for row, _ in waiting]), {AUDIO: waves}, f"{waves.shape[1]} samples")
