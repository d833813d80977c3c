"""What graphs tell of sounds is what the engine tells, at every length where something changes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from engine.arrays import Float32Array
from engine.modalities.audio import events, spectrogram, speech
from engine.modalities.audio.kinds import EVENTS, KINDS, PACES, PICTURES, SPEECH, STATISTICS, kinds
from engine.modalities.audio.logmel import MelScale
from engine.modalities.audio.samples import AudioSamples
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.inputs.audio import AudioInputs
from exporters.onnx.runtime import ort_session
from exporters.onnx.sound import TOLD, told
from tests.exporters.models import sounds

SHORT = {
    STATISTICS: (1, 399, 400, 559, 560, 16_001),
    SPEECH: (1, 12_399, 12_400, 12_401, 20_000),
    PACES: (1, 9_000, 20_001),
    EVENTS: (1, 15_599, 15_600, 15_760, 40_000),
    PICTURES: (2, 799, 801, 1_120, 30_000),
}
LONG: dict[str, tuple[tuple[MelScale, int], ...]] = {
    SPEECH: tuple((speech.SCALE, frames) for frames in (speech.LONGEST, speech.LONGEST + 1, speech.LONGEST + 2)),
    EVENTS: tuple(
        (events.SCALE, events.HOP * events.MANY + 96 + more) for more in (0, 1)
    ),  # the last with patches that overlap, the first without
    PICTURES: tuple((spectrogram.SCALE, frames) for frames in (spectrogram.LONGEST, spectrogram.LONGEST + 1)),
}


class Telling:
    """The features of one kind, of the engine and of a graph."""

    def __init__(self, name: str) -> None:
        self.kind = kinds([name])[0]
        graph = Graph(["audio", "told"])
        inputs = AudioInputs(graph)
        graph.add_output(told(name)(graph, inputs), "told", FLOAT, ["N", self.kind.length])
        self.ops = {node.op_type for node in graph.nodes}
        self._session = ort_session(graph.build(name, {}).SerializeToString())

    def engine(self, waves: Float32Array) -> Float32Array:
        """Features [n, length] of sounds [n, samples]."""
        samples = AudioSamples.from_decoded(list(waves))
        return self.kind.compute(samples, np.arange(len(waves)), "cpu")

    def graph(self, waves: Float32Array) -> Float32Array:
        """The same of the graph."""
        found: Float32Array = self._session.run(None, {"audio": waves})[0]
        return found


@cache
def telling_of(name: str) -> Telling:
    return Telling(name)


@pytest.fixture(scope="module", params=sorted(KINDS))
def telling(request: pytest.FixtureRequest) -> Telling:
    return telling_of(request.param)


def waves(length: int, count: int = 1) -> Float32Array:
    whole = sounds(count, seed=length, seconds=2.0 * length / 16_000 + 0.1)
    return np.stack([whole.wave(row)[:length] for row in range(count)])


def test_each_kind_of_features_that_the_engine_knows_is_written() -> None:
    assert set(TOLD) == set(KINDS)


def test_short_sounds_alone_and_together_are_told_alike(telling: Telling) -> None:
    name = next(name for name, kind in zip(KINDS, kinds(KINDS), strict=True) if kind is telling.kind)
    for length in SHORT[name]:
        heard = waves(length, 2)
        expected = telling.engine(heard)
        for count in (1, 2):
            np.testing.assert_allclose(telling.graph(heard[:count]), expected[:count], rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("name", LONG)
def test_long_sounds_are_told_alike_where_the_number_of_pieces_changes(name: str) -> None:
    telling = telling_of(name)
    for scale, frames in LONG[name]:
        heard = waves(scale.samples(frames))
        np.testing.assert_allclose(telling.graph(heard), telling.engine(heard), rtol=2e-4, atol=2e-4)


def test_silence_and_what_is_nearly_silent_are_told_alike(telling: Telling) -> None:
    loud_then_silent = np.concatenate([waves(8_000), np.zeros((1, 8_000), np.float32)], axis=1)
    for heard in (np.zeros((1, 20_000), np.float32), 1e-6 * waves(20_000), loud_then_silent):
        np.testing.assert_allclose(telling.graph(heard), telling.engine(heard), rtol=5e-4, atol=5e-4)


def test_operators_that_are_slow_or_inexact_are_not_used(telling: Telling) -> None:
    assert not telling.ops & {"STFT", "DFT", "MelWeightMatrix", "HannWindow", "If", "Loop", "Scan"}
