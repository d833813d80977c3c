"""Fine-tuned sentence networks, their answers averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.heads.answer import Answer
from engine.modalities.text.samples import TextSamples
from engine.model.member import Member
from engine.model.parts import read_parts, write_parts
from engine.samples import Samples
from engine.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor

    from engine.backbones.minilm import MiniLM

BACKBONE = "minilm_l6"
STATES, LENGTH = (3, 6), 768  # the layers whose means are looked at
_HEAD = ("weight", "bias")
_TEXTS = 16  # that are in memory whole together: of long ones only their chunks are kept


class NetworkMember(Member):
    """Answers from tuned networks.

    With the chunks of :mod:`engine.modalities.text.chunks`, all in float32 up to the softmax::

    f = mean over the text's chunks of network(chunk)  [768], the means of the third layer and of the last
    s = f @ weight^T + bias                            [K], for each of the networks
    softmax(s) or sigmoid(s) or s, then the mean over the networks

    ``parts`` hold, for each network, the tensors that differ from the pretrained ones by the names of its parameters,
    and of its head ``weight`` [K, 768] and ``bias`` [K].
    """

    kind: ClassVar[str] = "text.network"

    def __init__(self, parts: Sequence[Mapping[str, Tensor]], task_kind: Kind, device: str = "cpu") -> None:
        self.parts = tuple(parts)
        self.task_kind, self.device = task_kind, device
        self._networks: dict[bool, list[MiniLM]] = {}  # by whether they compute in half precision

    @override
    def predict(self, samples: Samples) -> FloatArray:
        from engine.modalities.text.chunks import chunks_of
        from engine.modalities.text.features import means
        from engine.modalities.text.words import words_of

        texts, rows = cast(TextSamples, samples), np.arange(len(samples))
        blocks = np.split(rows, range(_TEXTS, len(rows), _TEXTS))
        chunks = [chunks_of(words_of(text)) for block in blocks for text in texts.texts(block)]
        look = partial(seen, self._loaded(), self._first_tuned())
        features = means(look, chunks, LENGTH * len(self.parts), self.device)
        total = np.zeros((len(chunks), len(self.parts[0]["bias"])))
        for part, mine in zip(self.parts, np.split(features, len(self.parts), axis=1), strict=True):
            scores = mine @ part["weight"].numpy().T + part["bias"].numpy()
            total += Answer.of(self.task_kind).apply(scores.astype(np.float64))
        return total / len(self.parts)

    def _first_tuned(self) -> int:
        """Return how many of the first layers are as pretrained in all networks."""
        names = [name for part in self.parts for name in part if name not in _HEAD]
        layers = [int(name.split(".")[1]) if name.startswith("layers.") else 0 for name in names]
        return min(layers, default=max(STATES))

    def _loaded(self) -> list[MiniLM]:
        from engine.finetune.precision import is_fast
        from engine.modalities.text.features import HALF_ON

        half = is_fast(self.device, HALF_ON)
        if half not in self._networks:
            self._networks[half] = [_network(part, self.device) for part in self.parts]
        return self._networks[half]

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        write_parts(folder, self.parts)
        return {"backbone": BACKBONE, "networks": len(self.parts)}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        if settings.get("backbone") != BACKBONE:
            raise ModelError(
                f"The model needs the network {settings.get('backbone')!r}, which this version does not know."
            )
        try:
            parts = read_parts(folder, int(settings["networks"]))
            if any(part["bias"].shape != (task.outputs,) for part in parts):
                raise ValueError("the answers are of another number")
        except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(f"A tuned network of the model is damaged: {error!r}. Train again.") from error
        member = cls(parts, task.kind, device)
        member._loaded()
        return member


def seen(networks: Sequence[MiniLM], same: int, words: Tensor) -> Tensor:
    """Return what each network looks at in words int64 [n, T], side by side, [n, 768 P].

    Their first ``same`` layers are computed once.
    """
    from engine.backbones.minilm import means_of

    first = min(same, *STATES)
    state = networks[0].states(words, first)[-1]
    found = []
    for network in networks:
        states = network.further(state, words, first)
        found += [states[layer - first] for layer in STATES]
    return means_of(found, words).flatten(1)


def _network(part: Mapping[str, Tensor], device: str) -> MiniLM:
    """Return the pretrained network with the tuned tensors in it.

    Raises:
        ModelError: the tensors are not those of such a network.
    """
    from engine.backbones.minilm import load_minilm
    from engine.backbones.weights import verified
    from engine.modalities.text.features import ready

    network = load_minilm(verified(BACKBONE))
    try:
        tuned = {name: value for name, value in part.items() if name not in _HEAD}
        unknown = network.load_state_dict(tuned, strict=False).unexpected_keys
        if unknown or part["weight"].shape != (len(part["bias"]), LENGTH):
            raise ValueError("tensors of another shape")
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError("A tuned network of the model is damaged. Train again.") from error
    return ready(network, device)
