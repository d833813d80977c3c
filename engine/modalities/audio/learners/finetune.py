"""The pretrained speech network, all of its layers tuned."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import psutil
import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import BoolArray, Float32Array, IntArray
from engine.backbones.speech import BANDS, LENGTH, SHORTEST, SpeechNetwork, load_speech
from engine.backbones.weights import verified
from engine.features.overlap import overlapped
from engine.finetune.base import Net, Part, View
from engine.finetune.learner import FineTune
from engine.finetune.waiting import sent
from engine.learners.base import Job
from engine.learners.constant import ConstantLearner
from engine.modalities.audio.augment import vary
from engine.modalities.audio.kinds import SPEECH
from engine.modalities.audio.members.network import NetworkMember
from engine.modalities.audio.samples import AudioSamples
from engine.modalities.audio.speech import grid, levels, pieces

_KEPT_BYTES = 1_000_000_000  # of levels at most,
_KEPT_SHARE = 0.3  # and of the memory that is free, of which the network and its steps need some, too
_PIECE_SECONDS = 0.5  # of listening between two looks at the clock; one long file takes some
_SHARES = (0.5, 0.625, 0.75, 0.875, 1.0)  # of the length heard in the end; few, as memory is not shared between lengths
_LONGEST = 1000  # frames to learn from at a time, 10 seconds
_WHOLE_FRAMES = 32_000  # of whole sounds heard between two looks at the clock, and together; some seconds of work
_LEAST = -8.0
_HEAD_RATE = 0.1


class _Body(nn.Module):
    """The mean over each sound's pieces of what the network hears in them, [n, 2592]."""

    def __init__(self, network: SpeechNetwork) -> None:
        super().__init__()
        self.network = network

    @override
    def forward(self, levels: Tensor, frames: Tensor, owner: Tensor, counts: Tensor) -> Tensor:
        """Take pieces [p, T, 32], their lengths [p], and the sound [p] of each, rising from 0 without a gap.

        How many pieces [n] each sound has is told along, as a card would have to be waited for.
        """
        heard = self._heard(levels, frames)
        return heard.new_zeros(len(counts), LENGTH).index_add(0, owner, heard) / counts[:, None]

    def _heard(self, levels: Tensor, frames: Tensor) -> Tensor:
        """Return what is heard in each piece: in few at a time where nothing is learned, since sounds may be long."""
        few = len(levels) if torch.is_grad_enabled() else max(1, _WHOLE_FRAMES // levels.shape[1])
        return torch.cat(
            [self.network(*part) for part in zip(torch.split(levels, few), torch.split(frames, few), strict=True)]
        )


class AudioNet(Net):
    """Learns from ``frames`` frames of each sound, varied, fewer at first; is checked on whole sounds.

    Levels are kept while memory allows, fewer after each lack of it. ``frames`` is at first the median length of the
    sounds.
    """

    def __init__(self, job: Job) -> None:
        assert isinstance(job.samples, AudioSamples)
        self.job, self.samples = job, job.samples
        if job.frugality:
            self.samples.forget()
        self.network = load_speech(verified(SPEECH))
        self.body, self.length = _Body(self.network), LENGTH
        self.frames = self._longest = _LONGEST
        self._levels: dict[int, Float32Array] = {}
        self._room = int(min(_KEPT_BYTES, _KEPT_SHARE * psutil.virtual_memory().available)) >> 2 * job.frugality
        self._bytes, self._looked = 0, 0
        self._lengths = np.zeros(len(self.samples), dtype=np.int64)
        self.move(job.device)

    @override
    def prepare(self) -> bool:
        began, first = time.monotonic(), self._looked
        rows = range(first, len(self.samples))

        def enough() -> bool:
            return self._looked > first and time.monotonic() - began > _PIECE_SECONDS

        for row, level in overlapped(self._level, rows, self.job.threads, enough):
            self._looked = row + 1
            if level is not None:
                self._lengths[row] = len(level)
                if self._bytes + level.nbytes <= self._room:
                    self._levels[row] = level
                    self._bytes += level.nbytes
        if self._looked < len(self.samples):
            return False
        known = self._lengths[self._lengths > 0]
        self.frames = int(min(self._longest, np.median(known))) if len(known) else SHORTEST
        return True

    @override
    def readable(self, rows: IntArray) -> BoolArray:
        return self._lengths[rows] > 0

    @override
    def layers(self) -> list[list[nn.Parameter]]:
        return [list(part.parameters()) for part in self.network.parts]

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        sounds = self._sounds([int(row) for row in rows])
        if view.train:
            share = _SHARES[min(int(view.progress * len(_SHARES)), len(_SHARES) - 1)]
            frames = max(SHORTEST, round(share * self.frames))
            parts = [[vary(level, frames, view.random)] for level in sounds]
        else:
            parts = [pieces(level) for level in sounds]
        counts = np.array([len(mine) for mine in parts])
        owner = np.repeat(np.arange(len(rows)), counts)
        told = (*grid([part for mine in parts for part in mine]), torch.from_numpy(owner), torch.from_numpy(counts))
        return tuple(sent(part, self.device) for part in told)

    def _level(self, row: int) -> Float32Array | None:
        wave = self.samples.wave_or_none(row)
        return None if wave is None else levels(wave)

    def _sounds(self, rows: Sequence[int]) -> list[Float32Array]:
        """Return the levels of sounds; no thread is begun where all are kept, as every step would begin and end it."""
        missing = [row for row in rows if row not in self._levels]
        read = dict(overlapped(self._read, missing, self.job.threads)) if missing else {}
        return [read[row] if row in read else self._levels[row] for row in rows]

    def _read(self, row: int) -> Float32Array:
        level = self._level(row)
        silence = np.full((SHORTEST, BANDS), _LEAST, dtype=np.float32)
        return silence if level is None else level  # a file that went away since then

    @override
    def lighter(self) -> bool:
        smaller = max(SHORTEST, self.frames // 2)
        changed = smaller < self.frames
        self.frames = self._longest = smaller  # also where the sounds are still to be looked at
        return changed

    @override
    def together(self, batch: int, view: View) -> int:
        longest = int(self._lengths.max(initial=SHORTEST))
        return max(1, min(batch, _WHOLE_FRAMES // max(1, longest)))

    @override
    def rest(self) -> None:
        self._levels, self._bytes = {}, 0

    @override
    def to_member(self, parts: Sequence[Part]) -> NetworkMember:
        def named(part: Part) -> dict[str, Tensor]:
            body = {name.removeprefix("network."): value for name, value in part.body.items()}
            return {**body, "weight": part.weight, "bias": part.bias}

        fallback = ConstantLearner(self.job, {}).member().answer
        return NetworkMember([named(part) for part in parts], fallback, self.job.task.kind, self.device)


class AudioFineTune(FineTune):
    """Tunes the speech network. Settings beside those of :class:`FineTune`: ``backbone``, of which there is but one.

    A step moves the weights of all 2592 features at once, so ``head`` is 0.1 if not set.
    """

    kind: ClassVar[str] = "audio.finetune"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, {"head": _HEAD_RATE, **settings})

    @override
    def net(self) -> AudioNet:
        return AudioNet(self.job)
