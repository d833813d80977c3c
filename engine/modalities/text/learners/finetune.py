"""The pretrained sentence network, its upper layers tuned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import IntArray
from engine.backbones.minilm import MiniLM, load_minilm
from engine.backbones.weights import verified
from engine.budget import Deadline
from engine.finetune.base import Net, Part, View
from engine.finetune.learner import FineTune
from engine.heads.order import stratified_order
from engine.learners.base import Job, Progress
from engine.modalities.text.features import HALF_ON, grid_of
from engine.modalities.text.members.network import BACKBONE, LENGTH, NetworkMember, seen
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.words import LEFT_OUT, WordArray, chunks_of, is_foreign, window_of, words_of

_LOOKED_AT = 500  # texts that tell the language
_PIECE = 100  # texts whose words are looked up at a time
_SHORTEST = 32


class _Body(nn.Module):
    """The mean over each text's chunks of what is looked at, [n, 768]."""

    def __init__(self, network: MiniLM) -> None:
        super().__init__()
        self.network = network

    @override
    def forward(self, words: Tensor, owner: Tensor) -> Tensor:
        """Take chunks int64 [c, T] and the text [c] that each belongs to, rising from 0 without a gap."""
        features = seen(self.network, words)
        counts = torch.bincount(owner)
        total = features.new_zeros(len(counts), LENGTH).index_add(0, owner, features)
        return total / counts[:, None]


class TextNet(Net):
    """Learns from a ``window`` of words at a random place of each text, and is checked on all of its chunks.

    The embedding of the words stays as it is, and so do all but the last ``layers`` layers.
    """

    bfloat16: ClassVar[frozenset[str]] = HALF_ON

    def __init__(self, job: Job, layers: int, window: int) -> None:
        assert isinstance(job.samples, TextSamples)
        self.job, self.samples = job, job.samples
        self.window = window
        network = load_minilm(verified(BACKBONE))
        self.body, self.length = _Body(network), LENGTH
        self._tuned = list(network.layers)[-layers:]
        self._words: list[WordArray] = []
        self.move(job.device)

    @override
    def prepare(self) -> bool:
        begin = len(self._words)
        rows = np.arange(begin, min(begin + _PIECE, len(self.samples)))
        self._words.extend(words_of(text) for text in self.samples.texts(rows))
        return len(self._words) == len(self.samples)

    @override
    def layers(self) -> list[list[nn.Parameter]]:
        return [list(layer.parameters()) for layer in self._tuned]

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        words = [self._words[row] for row in rows]
        if view.train:
            chunks = [[window_of(mine, self.window, view.random)] for mine in words]
        else:
            chunks = [chunks_of(mine) for mine in words]
        owner = np.repeat(np.arange(len(rows)), [len(mine) for mine in chunks])
        grid = grid_of([chunk for mine in chunks for chunk in mine])
        return torch.from_numpy(grid).to(self.device), torch.from_numpy(owner).to(self.device)

    @override
    def lighter(self) -> bool:
        smaller = max(_SHORTEST, self.window // 2)
        changed = smaller < self.window
        self.window = smaller
        return changed

    @override
    def to_member(self, parts: Sequence[Part]) -> NetworkMember:
        def named(part: Part) -> dict[str, Tensor]:
            body = {name.removeprefix("network."): value for name, value in part.body.items()}
            return {**body, "weight": part.weight, "bias": part.bias}

        return NetworkMember([named(part) for part in parts], self.job.task.kind, self.device)


class TextFineTune(FineTune):
    """Tunes the last ``layers`` (6) layers on windows of at most ``window`` (128) words.

    Is done at once, without a candidate, where the network does not know the texts' language.
    """

    kind: ClassVar[str] = "text.finetune"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._understood = False

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if not self._done and not self._understood:
            assert isinstance(self.job.samples, TextSamples)
            if is_foreign(self.job.samples.texts(stratified_order(self.job)[:_LOOKED_AT])):
                self._done = True
                return Progress(improved=False, done=True, share=1.0, message=LEFT_OUT)
            self._understood = True
        return super().advance(deadline)

    @override
    def net(self) -> TextNet:
        return TextNet(self.job, int(self.settings.get("layers", 6)), int(self.settings.get("window", 128)))
