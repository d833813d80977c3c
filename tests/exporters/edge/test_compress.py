"""What a model is calibrated on: real samples, in calls that fit into memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from engine.modalities.audio.resample import RATE
from engine.modalities.audio.samples import AudioSamples
from engine.modalities.image.samples import ImageSamples
from exporters.edge import quantise
from exporters.edge.compress import Compressor
from exporters.edge.scheme import Scheme, Way
from tests.exporters.edge.test_quantise import planes
from tests.exporters.models import PICTURES, SOUNDS, constant, model_of, source_of


def test_large_photos_are_made_smaller_to_calibrate_a_whole_model() -> None:
    rng = np.random.default_rng(0)
    shapes = [(1200, 900, 3), (1200, 900, 3), (40, 30, 3)]
    photos = ImageSamples.from_arrays([rng.integers(0, 255, shape).astype(np.uint8) for shape in shapes])
    calls = Compressor(source_of(model_of(PICTURES, constant(PICTURES))), photos)._calls()
    assert [array.shape for call in calls for array in call.values()] == [
        (1, 640, 480, 3),
        (1, 640, 480, 3),
        (1, 40, 30, 3),
    ]


def test_histograms_are_made_of_few_samples_from_all_over(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = [{"x": np.full((1, 4, 8, 8), number, dtype=np.float32)} for number in range(100)]
    seen: list[float] = []
    reader = quantise._reader

    def seeing(given: Sequence[quantise.Batch]) -> Any:
        seen.extend(float(batch["x"].max()) for batch in given)
        return reader(given)

    monkeypatch.setattr(quantise, "_reader", seeing)
    quantise.whole_quantised(planes(), batches, Scheme(Way.PERCENTILE))
    assert 8 <= len(seen) <= 16 and max(seen) > 80
    seen.clear()
    quantise.whole_quantised(planes(), batches, Scheme(Way.STATIC))
    assert len(seen) == 100


def test_of_sounds_the_beginnings_are_calibrated_on_one_by_one() -> None:
    seconds = (25, 25, 1, 1)
    waves = AudioSamples.from_decoded([np.ones(count * RATE, dtype=np.float32) for count in seconds])
    source = source_of(model_of(SOUNDS, constant(SOUNDS)))
    calls = Compressor(source, waves)._calls()
    assert [array.shape for call in calls for array in call.values()] == [(1, 10 * RATE)] * 2 + [(1, RATE)] * 2
