"""A small network over words, trained from random weights: for texts in a language that no network here was taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from engine.arrays import IntArray
from engine.budget import Deadline
from engine.finetune.base import Net, Part, View
from engine.finetune.learner import FineTune
from engine.finetune.waiting import sent
from engine.learners.base import Job, Progress
from engine.modalities.text.glance import glance
from engine.modalities.text.members.shallow import KERNELS, ShallowMember
from engine.modalities.text.samples import Text, TextSamples
from engine.modalities.text.sequences import FIRST, GAP, UNKNOWN, Census, NumberArray, in_a_row, numbers_of
from engine.modalities.text.tokens import KeyArray, Tokens, letters_of

RECIPE: dict[str, Any] = {"epochs": 4, "batch": 32, "rate": 4e-3, "decay": 1.0, "transfer": {}}

_WIDTH, _KERNELS_EACH = 128, 96
_SPREAD = 0.1  # of the words' first vectors
_DROPPED_WORDS, _DROPPED_INPUTS, _DROPPED_FEATURES = 0.1, 0.25, 0.5
_LEAST_TEXTS, _MOST_WORDS = 2, 20_000
_WINDOW, _SHORTEST = 256, 32
_LETTERS_A_STEP, _ROWS_A_STEP = 250_000, 1000  # between two looks at the clock
_KEYS = "keys"


class _Body(nn.Module):
    """The greatest answer of each kernel to any place of a text, [n, 288], as the member computes it."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, _WIDTH, padding_idx=GAP)
        nn.init.normal_(self.words.weight, std=_SPREAD)
        with torch.no_grad():
            self.words.weight[GAP] = 0.0
        self.kernels = nn.ModuleList(nn.Conv1d(_WIDTH, _KERNELS_EACH, width, padding=width // 2) for width in KERNELS)

    @override
    def forward(self, row: Tensor, lengths: Tensor) -> Tensor:
        """Take the numbers of texts in a row, int64 [T], and their lengths [n]."""
        seen = functional.dropout(self.words(row), _DROPPED_INPUTS, self.training).T[None]
        there = (row != GAP).nonzero()[:, 0]
        answers = torch.cat([kernel(seen)[0, :, : len(row)] for kernel in self.kernels]).relu()
        parts = torch.split(answers.T[there], lengths.tolist())
        strongest = torch.stack([part.max(dim=0).values for part in parts])
        return functional.dropout(strongest, _DROPPED_FEATURES, self.training)


class ShallowNet(Net):
    """Learns from a window of words at a random place of each text, some of them hidden."""

    pretrained: ClassVar[bool] = False

    def __init__(self, job: Job) -> None:
        assert isinstance(job.samples, TextSamples)
        self.job, self.samples = job, job.samples
        self.length = _KERNELS_EACH * len(KERNELS)
        self._window = _WINDOW
        self._census = Census()
        self._found: list[KeyArray] = []  # of texts whose words were found and have no numbers yet
        self._numbers: list[NumberArray] = []
        self._keys: KeyArray | None = None
        self.body: nn.Module = self._new_body(FIRST)
        self.move(job.device)

    def _new_body(self, words: int) -> _Body:
        with torch.random.fork_rng([]):
            torch.manual_seed(self.job.seed)
            return _Body(words)

    @override
    def prepare(self) -> bool:
        if not self._numbers and len(self._found) < len(self.samples):
            self._find_some()
        else:
            some, self._found = self._found[:_ROWS_A_STEP], self._found[_ROWS_A_STEP:]
            self._numbers += numbers_of(some, self.keys)
        return len(self._numbers) == len(self.samples)

    def _find_some(self) -> None:
        """Find the words of some texts; those that the network is to know are told by all."""
        begin, letters = len(self._found), 0
        texts: list[Text] = []
        for row in range(begin, min(begin + _ROWS_A_STEP, len(self.samples))):
            texts.append(self.samples.text(row))
            letters += letters_of(texts[-1])
            if letters > _LETTERS_A_STEP:
                break
        self._found += self._census.add(Tokens.of(texts))
        if self._keys is None and len(self._found) == len(self.samples):
            self.take({_KEYS: self._census.known(_LEAST_TEXTS, _MOST_WORDS)})

    @property
    def keys(self) -> KeyArray:
        """The keys of the words that it knows, found in one go where that was not done before."""
        while self._keys is None:
            self._find_some()
        return self._keys

    @override
    def choices(self) -> dict[str, Any]:
        return {} if self._keys is None else {_KEYS: self._keys.tolist()}

    @override
    def take(self, choices: Mapping[str, Any]) -> None:
        if _KEYS in choices:
            self._keys = np.asarray(choices[_KEYS], dtype=np.uint32)
            self.body = self._new_body(FIRST + len(self._keys))
            self.move(self.device)

    @override
    def layers(self) -> list[list[nn.Parameter]]:
        body = self.body
        assert isinstance(body, _Body)
        return [list(body.words.parameters()), list(body.kernels.parameters())]

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        texts = [self._numbers[row] for row in rows]
        if view.train:
            texts = [self._varied(text, view.random) for text in texts]
        lengths = torch.tensor([len(text) for text in texts])
        return sent(torch.from_numpy(in_a_row(texts)), self.device), sent(lengths, self.device)

    def _varied(self, text: NumberArray, random: np.random.Generator) -> NumberArray:
        begin = int(random.integers(max(0, len(text) - self._window) + 1))
        window = text[begin : begin + self._window]
        return np.where(random.random(len(window)) < _DROPPED_WORDS, np.int32(UNKNOWN), window)

    @override
    def lighter(self) -> bool:
        smaller = max(_SHORTEST, self._window // 2)
        changed = smaller < self._window
        self._window = smaller
        return changed

    @override
    def to_member(self, parts: Sequence[Part]) -> ShallowMember:
        def named(part: Part) -> dict[str, Any]:
            arrays = {"words": part.body["words.weight"], "weight": part.weight, "bias": part.bias}
            for place, width in enumerate(KERNELS):
                arrays[f"kernel{width}"] = part.body[f"kernels.{place}.weight"]
                arrays[f"bias{width}"] = part.body[f"kernels.{place}.bias"]
            return {name: value.numpy() for name, value in arrays.items()}

        return ShallowMember(self.keys, [named(part) for part in parts], self.job.task.kind)


class Scratch(FineTune):
    """Trains the small network on the job's texts alone.

    Settings are those of :class:`engine.finetune.learner.FineTune`; with ``foreign`` it is done at once, without a
    candidate, where the pretrained sentence network knows the texts' language and so does better.
    """

    kind: ClassVar[str] = "text.scratch"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, {**RECIPE, **settings})
        self._wanted = not settings.get("foreign", False)

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if not self._done and not self._wanted:
            self._wanted = glance(self.job).foreign
            self._done = not self._wanted
        return super().advance(deadline)

    @override
    def net(self) -> ShallowNet:
        return ShallowNet(self.job)
