from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from engine.backbones.speech import BANDS, LENGTH, SHORTEST, SpeechNetwork, load_speech
from engine.backbones.weights import verified
from engine.errors import WeightsError


@pytest.fixture(scope="module")
def network() -> SpeechNetwork:
    return load_speech(verified("speech_embedding"))


def some_levels(rows: int, frames: int) -> torch.Tensor:
    return torch.randn(rows, frames, BANDS, generator=torch.Generator().manual_seed(0))


def test_it_equals_the_network_in_the_file(network: SpeechNetwork, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(verified("speech_embedding"))
    last = "model/max_pooling2d_3/MaxPool:0"
    model.graph.output.append(onnx.helper.make_tensor_value_info(last, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    levels = some_levels(2, SHORTEST)
    (wanted,) = session.run([last], {"input_1": levels[..., None].numpy()})
    with torch.inference_mode():
        state, places = network.states(levels, torch.tensor([SHORTEST, SHORTEST]))[-1]
    np.testing.assert_allclose(state.numpy(), wanted, atol=1e-4)
    assert places.tolist() == [wanted.shape[2]] * 2


@pytest.mark.parametrize("frames", [76, 77, 80, 83, 119])
def test_frames_after_a_sound_change_nothing(network: SpeechNetwork, frames: int) -> None:
    levels = some_levels(2, 120)
    with torch.inference_mode():
        together = network(levels, torch.tensor([120, frames]))
        alone = network(levels[1:, :frames], torch.tensor([frames]))
    assert together.shape == (2, LENGTH)
    torch.testing.assert_close(together[1:], alone, atol=1e-5, rtol=1e-4)


def test_a_sound_is_heard_alike_wherever_it_begins(network: SpeechNetwork) -> None:
    levels = some_levels(1, 400)
    with torch.inference_mode():
        early = network.states(levels, torch.tensor([400]))[-1][0]
        late = network.states(levels[:, 40:], torch.tensor([360]))[-1][0]
    torch.testing.assert_close(early[:, :, 10:], late, atol=1e-5, rtol=1e-4)


def test_all_of_it_can_be_learned(network: SpeechNetwork) -> None:
    learner = SpeechNetwork()
    learner.load_state_dict(network.state_dict())
    learner(some_levels(2, 90), torch.tensor([90, 80])).sum().backward()
    slopes = [weight.grad for weight in learner.parameters()]
    assert all(slope is not None and torch.isfinite(slope).all() and slope.any() for slope in slopes)


def test_a_file_that_is_no_such_network_is_met_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "junk.onnx").write_bytes(b"\xff\x00junk")
    for name in ("junk.onnx", "gone.onnx"):
        with pytest.raises(WeightsError, match=f"{name} cannot be read"):
            load_speech(tmp_path / name)
