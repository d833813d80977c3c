"""A stretch of a sound as it is played: once or again and again, slower or faster at the same pitch.

Slower and faster by overlap-add of the most similar stretches: WSOLA (Verhelst and Roelands, 1993,
https://doi.org/10.1109/ICASSP.1993.319366).
"""

from __future__ import annotations

import numpy as np

from labeling.sounds.recording import Recording, Samples

WINDOW_S = 0.04
SEARCH_S = 0.008
CACHED_S = 4.0


class Passage:
    """What is heard next, a portion at a time.

    Attributes:
        at: the frame of the recording that the next portion begins at.
        speed: how much faster than it was recorded; may be changed at any time.
        loop: whether it begins anew at its end; may be changed at any time.
    """

    def __init__(self, recording: Recording, start: float, end: float, speed: float = 1.0, loop: bool = False) -> None:
        self._recording = recording
        rate = recording.rate
        self._start = min(max(0, round(start * rate)), recording.frames)
        self._end = min(max(self._start, round(end * rate)), recording.frames)
        self.at, self.speed, self.loop = float(self._start), speed, loop
        self._half = max(2, round(WINDOW_S * rate / 2))
        self._search = max(1, round(SEARCH_S * rate))
        self._fade = (0.5 - 0.5 * np.cos(np.pi * (np.arange(self._half) + 0.5) / self._half)).astype(np.float32)
        self._tail: Samples | None = None
        self._left = np.zeros(0, np.float32)
        self._cached, self._cache_from = np.zeros(0, np.float32), 0

    @property
    def seconds(self) -> float:
        """Where the next portion begins."""
        return self.at / self._recording.rate

    def begin_at(self, seconds: float) -> None:
        """Go on from another place of the passage."""
        self.at = float(min(max(round(seconds * self._recording.rate), self._start), self._end))
        self._tail, self._left = None, np.zeros(0, np.float32)

    def take(self, count: int) -> Samples:
        """Return the next ``count`` frames; fewer at the end, none after it.

        Raises:
            MediaRefused: the file is damaged, or gone.
        """
        parts, have = [self._left], len(self._left)
        while have < count and (part := self._next(count - have)) is not None:
            parts.append(part)
            have += len(part)
        whole = np.concatenate(parts)
        self._left = whole[count:]
        return whole[:count]

    def _next(self, wanted: int) -> Samples | None:
        if self.at >= self._end:
            if not self.loop or self._end == self._start:
                return None
            self.at = float(self._start)
        return self._plain(wanted) if self.speed == 1.0 else self._stretched()

    def _plain(self, wanted: int) -> Samples:
        start = round(self.at)
        part = self._read(start, min(wanted, self._end - start)).copy()
        if self._tail is not None:
            size = min(len(part), self._half)
            fade = self._fade[:size]
            part[:size] = part[:size] * fade + self._tail[:size] * (1 - fade)
            self._tail = None
        self.at = float(start + len(part))
        return part

    def _stretched(self) -> Samples:
        start, half = round(self.at), self._half
        if self._tail is None:
            segment = self._read(start, 2 * half)
            out = segment[:half]
        else:
            around = self._read(start - self._search, 2 * half + 2 * self._search)
            best = _most_alike(around[: half + 2 * self._search], self._tail)
            segment = around[best : best + 2 * half]
            out = self._tail * (1 - self._fade) + segment[:half] * self._fade
        self._tail = segment[half:]
        self.at = min(self.at + half * self.speed, float(self._end))
        return out

    def _read(self, start: int, count: int) -> Samples:
        at = start - self._cache_from
        if at < 0 or at + count > len(self._cached):
            self._cache_from = start - 2 * self._search
            size = max(count, round(CACHED_S * self._recording.rate)) + 2 * self._search
            self._cached = self._recording.read(self._cache_from, size)
            at = start - self._cache_from
        return self._cached[at : at + count]


def _most_alike(around: Samples, wanted: Samples) -> int:
    """Return where in ``around`` the stretch begins that is most like ``wanted``, by normalised correlation."""
    likeness = np.correlate(around, wanted, mode="valid")
    summed = np.concatenate([[0.0], np.cumsum(around.astype(np.float64) ** 2)])
    energy = summed[len(wanted) :] - summed[: -len(wanted)]
    return int(np.argmax(likeness / np.sqrt(np.maximum(energy, 1e-9))))
