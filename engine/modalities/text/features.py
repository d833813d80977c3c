"""Features of texts under a frozen pretrained network.

Means of the states of all seven layers. Measured inside train parts (5 folds, the head of :mod:`engine.heads`), against
two layers (the third and the last): accuracy 0.832 against 0.820 on 6,000 short reviews, 0.830 against 0.825 on 1,000
long ones, 0.900 against 0.896 on short news; a logistic regression on the same features: 0.825, 0.825, 0.889. With the
last layer's largest values beside the means, 0.830 on the short reviews and 0.897 on the news; with its state at the
first word, 0.827 and 0.902. Long texts in chunks of 128 or 256 words make no difference (log-loss 0.380 and 0.386). Of
their chunks the first and the last alone give 0.743, four from the ends inward 0.791, eight 0.824, all 0.828.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
import torch
from torch import Tensor

from engine.arrays import Float32Array, IntArray
from engine.backbones.minilm import LAYERS, WIDTH, MiniLM, load_minilm
from engine.backbones.weights import manifest, verified
from engine.features.table import FeatureTable, Stop, never
from engine.features.turns import alone_on
from engine.finetune.precision import is_fast
from engine.memory import short_of_memory
from engine.modalities.text.chunks import CHUNK, CHUNKS, WordArray, chunks_of, grid_of, inward
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.words import words_of

LENGTH = (1 + LAYERS) * WIDTH
BACKBONE = "minilm_l6"
HALF_ON = frozenset({"cpu", "cuda"})  # device types on which half precision is faster where they have it at all
LOOKS = (2, 4, 8, CHUNKS)  # how many chunks of each text have been seen after each look

_VERSION = 3  # counts changes of the arithmetic around the network: features of another version are not comparable
_WORDS_AT_ONCE = {"cpu": 2048, "cuda": 65_536}
_PIECES = 2  # how many times as many words are looked at before somebody looks at the clock
_MOST_TEXTS = 1024
_LETTERS = 4.0  # of a word of English, at least
_SAMPLED = 32
_log = logging.getLogger(__name__)

Network = Callable[[Tensor], Tensor]


def _words_at_once(device: str) -> int:
    return _WORDS_AT_ONCE.get(torch.device(device).type, _WORDS_AT_ONCE["cpu"])


@dataclass(frozen=True, slots=True)
class FeatureKind:
    """What is seen of texts at one look: the sum of the means of some of their chunks, then how many chunks there are.

    The chunks are those whose turn it is then in the order of :func:`engine.modalities.text.chunks.inward`. Texts of
    several columns are joined by the network's word for an end. ``letters`` is about how long a text is.
    """

    look: int = 0
    letters: float = 100.0

    @property
    def name(self) -> str:
        """The name under which such features are kept; it changes with the weights and with the arithmetic."""
        return f"{BACKBONE}-{manifest()[BACKBONE].sha256[:8]}-look{self.look}-v{_VERSION}"

    @property
    def length(self) -> int:
        """How many numbers are kept of a text."""
        return LENGTH + 1

    @property
    def seen_before(self) -> int:
        """How many chunks earlier looks have seen."""
        return LOOKS[self.look - 1] if self.look else 0

    def batch(self, device: str) -> int:
        """Return how many texts are best computed together: few of long ones."""
        most = CHUNK * (LOOKS[self.look] - self.seen_before)
        words = min(1.0 + self.letters / _LETTERS, most)
        return int(np.clip(_PIECES * _words_at_once(device) / words, 1, _MOST_TEXTS))

    def compute(self, samples: TextSamples, rows: IntArray, device: str, stop: Stop = never) -> Float32Array:
        """Return features [len(rows), 2689]; an empty text has features too. Few words take no time to stop in."""
        with _loading, alone_on(device):  # threads that ask at once would all load it
            network = frozen(device)
        chunks = [chunks_of(words_of(text)) for text in samples.texts(rows)]
        mine = [[text[turn] for turn in inward(len(text))[self.seen_before : LOOKS[self.look]]] for text in chunks]
        found = sums(lambda words: network(words).flatten(1), mine, LENGTH, device)
        return np.column_stack([found, np.array([len(text) for text in chunks], dtype=np.float32)])


class Looks:
    """What is seen of texts, look by look."""

    def __init__(self, samples: TextSamples, device: str, threads: int) -> None:
        self.tables: list[FeatureTable] = []
        some = samples.texts(np.arange(0, len(samples), max(1, len(samples) // _SAMPLED)))
        letters = float(np.mean([sum(map(len, text)) for text in some])) if some else 0.0
        self._open: Callable[[int], FeatureTable] = lambda look: FeatureTable(
            samples, FeatureKind(look, letters), device, threads
        )

    def open(self, looks: int) -> None:
        """Take up what is known already of the first ``looks`` looks."""
        while len(self.tables) < looks:
            self.tables.append(self._open(len(self.tables)))

    def advance(self, rows: IntArray, looks: int, stop: Callable[[], bool] = lambda: False) -> bool:
        """Look at ``rows`` in their order up to ``looks`` times, until ``stop``; return whether all is seen."""
        self.open(looks)
        return all(
            table.advance(rows[self._chunks(rows) > FeatureKind(look).seen_before] if look else rows, stop)
            for look, table in enumerate(self.tables[:looks])
        )

    def features(self, rows: IntArray, looks: int) -> Float32Array:
        """Return the mean [len(rows), 2688] over the chunks of each text that ``looks`` looks have seen."""
        chunks = self._chunks(rows)
        total = self.tables[0].features[rows, :-1]
        for look, table in enumerate(self.tables[1:looks], 1):
            further = chunks > FeatureKind(look).seen_before
            total[further] += table.features[rows[further], :-1]
        total /= np.minimum(chunks, LOOKS[looks - 1])[:, None]
        return total

    @property
    def seen(self) -> int:
        """How many chunks have been looked at."""
        total = 0
        for look, table in enumerate(self.tables):
            chunks = self._chunks(np.flatnonzero(table.done & self.tables[0].done))
            total += int(np.clip(chunks, FeatureKind(look).seen_before, LOOKS[look]).sum())
            total -= len(chunks) * FeatureKind(look).seen_before
        return total

    def _chunks(self, rows: IntArray) -> Float32Array:
        chunks: Float32Array = self.tables[0].features[rows, -1]
        return chunks


_loading = Lock()


def frozen(device: str) -> MiniLM:
    """Return the pretrained network on ``device``, for looking only."""
    return _frozen(device, is_fast(device, HALF_ON))


@lru_cache(maxsize=2)
def _frozen(device: str, half: bool) -> MiniLM:
    return ready(load_minilm(verified(BACKBONE)), device)


def ready(network: MiniLM, device: str) -> MiniLM:
    """Return a network that is only to look, on ``device``, its weights in half precision where that is faster.

    On such processors a word costs three quarters of what it does where each layer's weights are turned anew.
    """
    return network.to(device, torch.bfloat16 if is_fast(device, HALF_ON) else torch.float32)


def means(network: Network, chunks: Sequence[Sequence[WordArray]], length: int, device: str) -> Float32Array:
    """Return the mean over each text's chunks of what ``network`` says of them, [texts, length], as :func:`sums`."""
    counts = np.array([[len(mine)] for mine in chunks], dtype=np.float32)
    mean: Float32Array = sums(network, chunks, length, device) / counts
    return mean


def sums(network: Network, chunks: Sequence[Sequence[WordArray]], length: int, device: str) -> Float32Array:
    """Return the sum over each text's chunks of what ``network`` says of them, [texts, length]; 0 where it has none.

    ``network`` maps words int64 [n, T] to [n, length]. Like lengths go together.
    """
    flat = [chunk for mine in chunks for chunk in mine]
    owner = np.repeat(np.arange(len(chunks)), [len(mine) for mine in chunks])
    order = np.argsort([len(chunk) for chunk in flat], kind="stable")
    total = np.zeros((len(chunks), length), dtype=np.float32)
    at_once = _words_at_once(device)
    begin = len(order)
    while begin:  # from the longest on
        end, longest = begin, len(flat[order[begin - 1]])
        begin = max(0, end - max(1, at_once // longest))
        part = order[begin:end]
        np.add.at(total, owner[part], _forward(network, grid_of([flat[number] for number in part]), device))
    return total


def _forward(network: Network, words: IntArray, device: str) -> Float32Array:
    """Return the network's means; halve the batch as often as the device's memory asks for it."""
    try:
        with alone_on(device), torch.inference_mode():
            found: Float32Array = network(torch.from_numpy(words).to(device)).cpu().numpy()
            return found
    except (MemoryError, RuntimeError) as error:
        half = len(words) // 2
        if not half or not short_of_memory(error):
            raise
        _log.warning("The memory of %s is too small for %d texts at once; going on with %d.", device, len(words), half)
    return np.concatenate([_forward(network, part, device) for part in (words[:half], words[half:])])
