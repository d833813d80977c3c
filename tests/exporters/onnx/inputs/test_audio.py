"""Sounds on their way into a graph."""

from __future__ import annotations

import numpy as np

from engine.modalities.audio.samples import AudioSamples
from exporters.onnx.inputs.audio import AUDIO, AudioForm
from tests.exporters.models import SOUNDS, apart, constant, exported, heard, model_of, sounds, tuned_speech

FORM = AudioForm(SOUNDS, {})


def test_sounds_of_one_length_that_follow_each_other_share_a_call() -> None:
    samples = AudioSamples.from_decoded([np.zeros(n, np.float32) for n in (5, 5, 7, 5)])
    calls = list(FORM.calls(samples))
    assert [call.rows.tolist() for call in calls] == [[0, 1], [2], [3]]
    assert [call.feeds[AUDIO].shape for call in calls] == [(2, 5), (1, 7), (1, 5)]
    assert calls[1].size == "7 samples"


def test_a_call_holds_no_more_than_memory_does() -> None:
    minute = np.zeros(40 * 16_000, np.float32)
    assert len(list(FORM.calls(AudioSamples.from_decoded([minute] * 3)))) == 3
    assert [len(call.rows) for call in FORM.calls(AudioSamples.from_decoded([minute[:10]] * 40))] == [32, 8]


def test_sounds_that_cannot_be_read_get_the_members_answer_for_them() -> None:
    model = model_of(SOUNDS, heard(SOUNDS, "statistics"), constant(SOUNDS))
    samples = AudioSamples.from_paths(["nothing.wav"])
    assert list(FORM.calls(samples)) == []
    np.testing.assert_allclose(exported(model).predict(samples), model.predict(samples), atol=1e-12)


def test_members_share_what_they_listen_to_and_are_calibrated_together() -> None:
    one = heard(SOUNDS, "statistics", "speech_embedding")
    model = model_of(SOUNDS, one, heard(SOUNDS, "statistics"), tuned_speech(SOUNDS, 1), temperature=1.7)
    assert apart(model, sounds(5, seed=3)) <= 1e-5
