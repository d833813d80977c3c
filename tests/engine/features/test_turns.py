"""On Apple's graphics one thread computes at a time, whatever kind of features it makes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.backbones.speech import LENGTH as SPEECH_LENGTH
from engine.features.table import FeatureTable
from engine.features.turns import alone_on
from engine.modalities.audio import events, spectrogram, speech
from engine.modalities.image import features as of_pictures
from engine.modalities.text import features as of_texts
from tests.engine.modalities.image.pictures import samples

THREADS = 2
WAVE = np.zeros(16_000, dtype=np.float32)


class Meeting(nn.Module):
    """A network in which threads wait for each other for a moment; it counts how many are inside at most."""

    def __init__(self, *shape: int, patience: float = 0.2) -> None:
        super().__init__()
        self.patience = patience
        self.shape, self.inside, self.most = shape, 0, 0
        self._counting, self._all = threading.Lock(), threading.Barrier(THREADS)

    @override
    def forward(self, *inputs: Tensor) -> Tensor:
        with self._counting:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            self._all.wait(self.patience)
        except threading.BrokenBarrierError:  # nobody comes where threads are alone
            self._all.reset()
        with self._counting:
            self.inside -= 1
        return torch.zeros(len(inputs[0]), *self.shape)


@pytest.fixture(autouse=True)
def no_graphics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave all tensors on the processor, where a test has no graphics card to move them to."""
    monkeypatch.setattr(torch.Tensor, "to", lambda tensor, *_, **__: tensor)


def met(work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(("device", "most"), [("mps", 1), ("mps:0", 1), ("cpu", THREADS)])
def test_only_there_threads_wait_for_their_turn(device: str, most: int) -> None:
    network = Meeting(patience=0.2 if most == 1 else 30.0)

    def work() -> None:
        with alone_on(device), alone_on(device):
            network(torch.zeros(1))

    met(work)
    assert network.most == most


def test_a_table_of_features_lets_one_thread_at_a_time_into_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Meeting(of_pictures.LENGTH)
    monkeypatch.setattr(of_pictures, "_loaded", lambda *_: network)
    kind = of_pictures.FeatureKind("efficientnet_lite0", 224)
    table = FeatureTable(samples(tmp_path, [row % 3 for row in range(40)]), kind, "mps", THREADS)
    assert table.advance(np.arange(40))
    assert network.most == 1


@pytest.mark.parametrize(
    ("shape", "look"),
    [
        ((of_texts.LENGTH,), lambda n: of_texts._forward(n, np.zeros((1, 4), dtype=np.int64), "mps")),
        ((SPEECH_LENGTH,), lambda n: speech.hear(n, speech.levels(WAVE), "mps")),
        ((events.LENGTH // 2,), lambda n: events.hear(n, WAVE, "mps")),
        ((spectrogram.LENGTH,), lambda n: spectrogram.see(n, WAVE, "mps")),
    ],
    ids=["texts", "speech", "events", "spectrograms"],
)
def test_so_do_networks_for_texts_and_sounds(
    shape: tuple[int, ...], look: Callable[[nn.Module], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spectrogram, "_seen", lambda network, levels: network(levels[None])[0])
    levels = spectrogram.picture(WAVE)  # once before: it takes longer than threads wait for each other
    monkeypatch.setattr(spectrogram, "picture", lambda wave: levels)
    network = Meeting(*shape)
    met(lambda: look(network))
    assert network.most == 1
