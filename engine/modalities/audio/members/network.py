"""Fine-tuned speech networks for sounds, their answers averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.device import threads
from engine.errors import ModelError
from engine.features.overlap import overlapped
from engine.heads.answer import Answer
from engine.modalities.audio.kinds import SPEECH
from engine.modalities.audio.samples import AudioSamples
from engine.model.member import Member
from engine.model.parts import read_parts, write_parts
from engine.samples import Samples
from engine.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.backbones.speech import SpeechNetwork

_HEAD = ("weight", "bias")


class NetworkMember(Member):
    """Answers from tuned networks, and ``fallback`` [K] for a sound that cannot be read.

    With :mod:`engine.modalities.audio.speech`, all in float32 up to the softmax::

    f = hear(network, levels(sound))    [2592]
    s = f @ weight^T + bias             [K], for each of the networks
    softmax(s) or sigmoid(s) or s, then the mean over the networks

    ``parts`` hold the tensors of each network by the names of its parameters, and of its head ``weight`` [K, 2592] and
    ``bias`` [K].
    """

    kind: ClassVar[str] = "audio.network"

    def __init__(
        self, parts: Sequence[Mapping[str, Tensor]], fallback: FloatArray, task_kind: Kind, device: str = "cpu"
    ) -> None:
        self.parts = tuple(parts)
        self.fallback, self.task_kind, self.device = fallback, task_kind, device
        self._networks: list[SpeechNetwork] = []

    @override
    def predict(self, samples: Samples) -> FloatArray:
        from engine.modalities.audio.speech import hear, levels

        sounds, networks = cast(AudioSamples, samples), self.networks()

        def answer(row: int) -> FloatArray:
            wave = sounds.wave_or_none(row)
            if wave is None:
                return self.fallback
            level, total = levels(wave), np.zeros(len(self.fallback))
            for network, part in zip(networks, self.parts, strict=True):
                scores = part["weight"].numpy() @ hear(network, level, self.device) + part["bias"].numpy()
                total += Answer.of(self.task_kind).apply(scores[None].astype(np.float64))[0]
            return total / len(self.parts)

        answers = np.empty((len(sounds), len(self.fallback)))
        for row, told in overlapped(answer, range(len(sounds)), threads()):
            answers[row] = told
        return answers

    def networks(self) -> list[SpeechNetwork]:
        """Return the tuned networks without their heads, on the member's device."""
        if not self._networks:
            self._networks = [_network(part, self.device) for part in self.parts]
        return self._networks

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        write_parts(folder, self.parts)
        return {"backbone": SPEECH, "networks": len(self.parts), "fallback": self.fallback.tolist()}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        if settings.get("backbone") != SPEECH:
            raise ModelError(
                f"The model needs the network {settings.get('backbone')!r}, which this version does not know."
            )
        try:
            fallback = np.asarray(settings["fallback"], dtype=np.float64)
            parts = read_parts(folder, int(settings["networks"]))
            if any(part["bias"].shape != fallback.shape for part in parts):
                raise ValueError("the answers are of another number")
        except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(f"A tuned network of the model is damaged: {error!r}. Train again.") from error
        member = cls(parts, fallback, task.kind, device)
        member.networks()
        return member


def _network(part: Mapping[str, Tensor], device: str) -> SpeechNetwork:
    """Return a network with the tuned tensors.

    Raises:
        ModelError: the tensors are not those of such a network.
    """
    from engine.backbones.speech import LENGTH, SpeechNetwork

    network = SpeechNetwork()
    try:
        network.load_state_dict({name: value for name, value in part.items() if name not in _HEAD})
        if part["weight"].shape != (len(part["bias"]), LENGTH):
            raise ValueError("its head is of another width")
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError("A tuned network of the model is damaged. Train again.") from error
    return network.eval().requires_grad_(False).to(device)
