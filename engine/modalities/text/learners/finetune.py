"""The pretrained sentence network, its upper layers tuned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.backbones.minilm import LAYERS, WIDTH, MiniLM, load_minilm, means_of
from engine.backbones.weights import verified
from engine.backbones.wordpieces import PADDING
from engine.budget import Deadline
from engine.finetune.base import Net, Part, View
from engine.finetune.learner import FineTune
from engine.finetune.waiting import sent
from engine.learners.base import Job, Progress
from engine.modalities.text.chunks import CHUNK, WordArray, chunks_of, grid_of, inward
from engine.modalities.text.features import HALF_ON, Looks, frozen
from engine.modalities.text.glance import glance
from engine.modalities.text.members.network import BACKBONE, LENGTH, STATES, NetworkMember
from engine.modalities.text.memory import Memory
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.words import LEFT_OUT, words_of

_PIECE, _LETTERS = 100, 250_000  # texts, and letters of them, whose words are looked up at a time; a text at least
_AT_ONCE = {"cpu": 64, "cuda": 512}  # chunks that whole texts are looked at in between two looks at the clock
_SHORTEST = 32
_REMEMBERED = 400_000_000  # bytes of states that are kept in memory


class _Body(nn.Module):
    """The mean over each text's chunks of what is looked at, [n, 768], from the states before the tuned layers."""

    def __init__(self, network: MiniLM, first: int) -> None:
        super().__init__()
        self.network, self.first = network, first

    @override
    def forward(self, state: Tensor, words: Tensor, owner: Tensor, places: Tensor, counts: Tensor) -> Tensor:
        """Take states [N, 384] of the words in chunks int64 [c, T], and the text [c] of each, rising without a gap.

        Told along, as a card would have to be waited for, are the places [N] that hold a word
        (:func:`engine.backbones.minilm.places_of`) and how many chunks [n] each text has.
        """
        states = self.network.further(state, words, self.first, places=places)
        features = means_of([states[seen - self.first] for seen in STATES], words, places).flatten(1)
        total = features.new_zeros(len(counts), LENGTH).index_add(0, owner, features)
        return total / counts[:, None]


class TextNet(Net):
    """Learns from at most ``chunks`` chunks of each text, others each time, and is checked on all of them.

    The embedding of the words stays as it is, and so do all but the last ``layers`` layers; what the lower ones see of
    a chunk is remembered.
    """

    halved: frozenset[str] = HALF_ON

    def __init__(self, job: Job, layers: int, chunks: int) -> None:
        assert isinstance(job.samples, TextSamples)
        self.job, self.samples = job, job.samples
        self.at_once, self.longest = chunks, CHUNK
        network = load_minilm(verified(BACKBONE))
        self._tuned = list(network.layers)[-layers:]
        self._first = min(LAYERS - layers, min(STATES))
        self.body, self.length = _Body(network, self._first), LENGTH
        self._chunks: list[list[WordArray]] = []
        self._each = 1  # chunks of a text, on average
        self._memory = Memory(_REMEMBERED if self._first else 0)
        self.learned = slice(LENGTH // len(STATES) * sum(seen <= self._first for seen in STATES), None)
        self.looking = LAYERS / (3 * layers + LAYERS - layers)
        self.move(job.device)

    @override
    def prepare(self) -> bool:
        letters, end = 0, min(len(self._chunks) + _PIECE, len(self.samples))
        while len(self._chunks) < end and letters < _LETTERS:
            text = self.samples.text(len(self._chunks))
            self._chunks.append(chunks_of(words_of(text)))
            letters += sum(map(len, text))
        if len(self._chunks) < len(self.samples):
            return False
        counts = np.array([len(chunks) for chunks in self._chunks])
        self._each, self.whole = int(counts.mean()), float(counts.mean() / np.minimum(counts, self.at_once).mean())
        return True

    @override
    def recalled(self, rows: IntArray) -> Float32Array | None:
        looks = Looks(self.samples.take(rows), self.job.device, self.job.threads)  # those of all take a gigabyte
        looks.open(1)
        if not looks.tables[0].done.all():
            return None
        seen = looks.features(np.arange(len(rows)), 1).reshape(len(rows), 1 + LAYERS, WIDTH)
        return seen[:, STATES].reshape(len(rows), LENGTH)

    @override
    def layers(self) -> list[list[nn.Parameter]]:
        return [list(layer.parameters()) for layer in self._tuned]

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        turns = [self._turns(len(self._chunks[row]), view) for row in rows]
        chosen = [(int(row), turn) for row, mine in zip(rows, turns, strict=True) for turn in mine]
        counts = np.array([len(mine) for mine in turns])
        chunks = [self._chunks[row][turn] for row, turn in chosen]
        shortened = view.train and self.longest < CHUNK
        if shortened:
            chunks = [chunk[: self.longest] for chunk in chunks]
        words, places = self._grid(chunks)
        state = self._remembered(chosen, chunks) if self._memory and not shortened else self._looked(words, places)
        return state, words, self._sent(np.repeat(np.arange(len(rows)), counts)), places, self._sent(counts)

    def _sent(self, values: IntArray) -> Tensor:
        return sent(torch.from_numpy(values), self.device)

    def _grid(self, chunks: Sequence[WordArray]) -> tuple[Tensor, Tensor]:
        """Return the words of chunks, int64 [c, T], and the places [N] in them that hold one.

        These are found before the words are sent (:func:`engine.backbones.minilm.places_of`).
        """
        words = grid_of(chunks)
        return self._sent(words), self._sent(np.flatnonzero(words != PADDING))

    def _turns(self, count: int, view: View) -> list[int]:
        """Return which of a text's chunks are looked at."""
        if view.train and count > self.at_once:
            return sorted(int(turn) for turn in view.random.choice(count, self.at_once, replace=False))
        return sorted(inward(count)[: self.at_once]) if view.rough else list(range(count))

    def _remembered(self, places: Sequence[tuple[int, int]], chunks: Sequence[WordArray]) -> Tensor:
        """Return the states [N, 384] before the tuned layers of chunks by their places (text, turn)."""
        unknown = [place for place in range(len(places)) if places[place] not in self._memory]
        fresh: dict[tuple[int, int], Tensor] = {}
        if unknown:
            lengths = [len(chunks[place]) for place in unknown]
            found = torch.split(self._looked(*self._grid([chunks[place] for place in unknown])), lengths)
            fresh = {places[place]: state for place, state in zip(unknown, found, strict=True)}
        known = torch.cat([fresh[place] if place in fresh else self._memory[place] for place in places])
        for place, state in fresh.items():
            self._memory.keep(place, state)
        return known

    def _looked(self, words: Tensor, places: Tensor) -> Tensor:
        """Return the states [N, 384] before the tuned layers."""
        with torch.inference_mode(False), torch.no_grad():
            return frozen(self.device).states(words, self._first, places)[-1]

    @override
    def lighter(self) -> bool:
        if self._memory:
            self._memory = Memory(0)
            return True
        if self.at_once > 1:
            self.at_once //= 2
            return True
        shorter = max(_SHORTEST, self.longest // 2)
        changed = shorter < self.longest
        self.longest = shorter
        return changed

    @override
    def together(self, batch: int, view: View) -> int:
        if view.rough:
            return batch
        chunks = max(batch, _AT_ONCE.get(torch.device(self.device).type, _AT_ONCE["cpu"]))
        return max(1, min(batch, chunks // self._each))

    @override
    def rest(self) -> None:
        self._memory = Memory(0)

    @override
    def to_member(self, parts: Sequence[Part]) -> NetworkMember:
        def named(part: Part) -> dict[str, Tensor]:
            body = {name.removeprefix("network."): value for name, value in part.body.items()}
            return {**body, "weight": part.weight, "bias": part.bias}

        return NetworkMember([named(part) for part in parts], self.job.task.kind, self.device)


class TextFineTune(FineTune):
    """Tunes the last ``layers`` (6) layers on at most ``chunks`` (1) pieces of each text at a time.

    Is done at once, without a candidate, where the network does not know the texts' language.
    """

    kind: ClassVar[str] = "text.finetune"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._understood = False

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if not self._done and not self._understood:
            if glance(self.job).foreign:
                self._done = True
                return Progress(improved=False, done=True, share=1.0, message=LEFT_OUT)
            self._understood = True
        return super().advance(deadline)

    @override
    def net(self) -> TextNet:
        return TextNet(self.job, int(self.settings.get("layers", 6)), int(self.settings.get("chunks", 1)))
