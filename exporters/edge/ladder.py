"""Tries what is smaller and quicker, the cheapest first, and takes the first that keeps the accuracy asked for.

Every step is measured through the very file that would be handed over, on samples that were not learned from. The last
step is the served model itself in float32, so there is always something to hand over unless it has to be quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import FloatArray
from engine.samples import Samples
from exporters.base import Progress
from exporters.edge.candidates import (
    ALONE,
    ITSELF,
    NARROW,
    SMALL,
    TAUGHT,
    Candidate,
    Ground,
    LeftOut,
    candidates,
)
from exporters.edge.compress import Artefact, Compressor, calibration_samples
from exporters.edge.evidence import Loss
from exporters.edge.options import EdgeOptions
from exporters.edge.report import Rung
from exporters.edge.scheme import Scheme, Way
from exporters.edge.timing import paired
from exporters.errors import ExportError
from exporters.onnx.parity import Parity, check
from exporters.onnx.runtime import OnnxModel
from exporters.onnx.trials import make_trials
from exporters.source import Source

_ENDS = {ALONE: 0.1, NARROW: 0.6, TAUGHT: 0.65, SMALL: 0.75}
_END = 0.9
"""How far the export is at least when each candidate has been tried, and the last."""

_PACE = 1 / 3  # of the way that is left for a candidate; how many steps it needs is not known before
_POINTS = 100.0


@dataclass(frozen=True)
class Taken:
    """What the ladder came to.

    ``served`` is the whole model in float32, ``plain`` the chosen one in float32, ``artefact`` what is handed over, all
    opened; ``parity`` compares ``plain`` with the model it was made from. ``compressor`` made ``artefact``.
    """

    candidate: Candidate
    scheme: Scheme
    compressor: Compressor
    served: Artefact
    plain: Artefact
    artefact: Artefact
    parity: Parity
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class _Try:
    """A candidate on the ladder: how it is written, its float32 form, and what that loses."""

    candidate: Candidate
    compressor: Compressor
    plain: Artefact


class Ladder:
    """Climbs once for one source."""

    def __init__(self, source: Source, options: EdgeOptions, progress: Progress) -> None:
        self._source, self._options, self._progress = source, options, progress
        self._share, self._end = 0.0, 0.0
        self._ground = Ground.of(source)
        self._calibration = calibration_samples(source)
        self._rungs: list[Rung] = []
        self._quickest: float | None = None
        self._said: dict[str, FloatArray] = {}

    def climb(self) -> Taken:
        """Return the first step that keeps what was asked.

        Raises:
            ExportError: nothing that keeps the accuracy is quick enough, or the model has no ONNX form.
            ParityError: a file disagrees with the model it was made from.
        """
        self._tell(0.02, "Writing the model as it is")
        itself = Candidate(ITSELF, self._source.model, None, exact=True)
        self._served = self._opened(itself)
        self._one = one_sample(self._source)
        for candidate in candidates(self._source, self._ground, self._options, self._tell):
            self._end = max(self._share, _ENDS.get(candidate.name, _END))
            if isinstance(candidate, LeftOut):
                self._rungs.append(Rung(candidate.name, "", False, f"Left out: {candidate.reason}."))
                continue
            taken = self._tried(candidate)
            if taken is not None:
                return taken
        raise ExportError(self._too_slow())

    def _tell(self, share: float, text: str) -> None:
        self._share = max(self._share, share)  # never backwards, whatever was tried before
        self._progress(self._share, text)

    def _step(self, text: str) -> None:
        self._tell(self._share + _PACE * (self._end - self._share), text)

    def _opened(self, candidate: Candidate) -> _Try:
        source = self._source if candidate.exact else replace(self._source, model=candidate.model, result=None)
        compressor = Compressor(source, self._calibration)
        return _Try(candidate, compressor, compressor.artefact(Scheme(Way.FLOAT)))

    def _tried(self, candidate: Candidate) -> Taken | None:
        """Go through the ways to store a candidate; return the first that keeps what was asked."""
        self._step(f"Trying: {candidate.name}")
        now = replace(self._served, candidate=candidate) if candidate.exact else self._opened(candidate)
        lost = self._lost(now, None)
        if lost is not None and not self._keeps(lost) and not candidate.exact:
            self._leave(now, Way.FLOAT, now.plain, lost, _too_much(lost, self._options))
            return None
        for way in now.compressor.ways:
            taken = self._stored(now, way)
            if taken is not None:
                return taken
        return None

    def _stored(self, now: _Try, way: Way) -> Taken | None:
        self._step(f"Trying: {now.candidate.name}, {way}")
        scheme = Scheme(way, self._options.device.signed)
        exact = now.candidate.exact and way is Way.FLOAT
        if not exact and now.candidate.evidence is None:
            self._rungs.append(Rung(now.candidate.name, way, False, "Left out: there are no samples to judge it by."))
            return None
        artefact = now.plain if way is Way.FLOAT else now.compressor.artefact(scheme)
        lost = None if exact else self._lost(now, None if way is Way.FLOAT else artefact)
        plain_ms, mine_ms = self._times(now, artefact)
        reason = self._reason(now, way, artefact, lost, (plain_ms, mine_ms))
        if reason is not None:
            self._leave(now, way, artefact, lost, reason, mine_ms)
            return None
        self._step(f"Comparing with the model: {now.candidate.name}")
        parity = check(now.candidate.model, now.plain.opened, self._source.dataset)
        verdict = _as_it_is(now.compressor) if exact else "Taken: it keeps the accuracy asked for."
        self._rungs.append(Rung(now.candidate.name, way, True, verdict, len(artefact.content), mine_ms, lost))
        return Taken(
            now.candidate, scheme, now.compressor, self._served.plain, now.plain, artefact, parity,
            tuple(self._rungs),
        )  # fmt: skip

    def _reason(
        self, now: _Try, way: Way, artefact: Artefact, lost: Loss | None, times: tuple[float, float]
    ) -> str | None:
        """Return why a step is left, None where it is taken; ``times`` in float32 and as it is."""
        if lost is not None and not self._keeps(lost):
            return _too_much(lost, self._options)
        self._quickest = min(times[1], self._quickest or times[1])
        most = self._options.max_latency_ms
        if most is not None and times[1] > most:
            return f"Left: it answers in {times[1]:.3g} ms, and {most:g} were asked for."
        if way is Way.FLOAT:
            return None
        if len(artefact.content) >= len(now.plain.content):
            return "Left: it is no smaller than in float32."
        if self._options.device.here and times[1] >= times[0]:
            return f"Left: it is no quicker than in float32 ({times[1]:.3g} ms rather than {times[0]:.3g})."
        return None

    def _lost(self, now: _Try, small: Artefact | None) -> Loss | None:
        """Return what the candidate loses against the served model, in float32 or as ``small``."""
        evidence, task = now.candidate.evidence, self._source.model.task
        if evidence is None:
            return None
        if small is None and evidence.own is not None:
            return Loss.between(task, evidence.labels, evidence.before, evidence.own)
        if now.candidate.name not in self._said:
            self._said[now.candidate.name] = evidence.asked(now.plain.opened)
        plain = self._said[now.candidate.name]
        after = plain if small is None else evidence.unlearned(plain, evidence.asked(small.opened), task.kind)
        return Loss.between(task, evidence.labels, evidence.before, after)

    def _keeps(self, lost: Loss) -> bool:
        return lost.value <= self._options.max_loss + 1e-12

    def _times(self, now: _Try, artefact: Artefact) -> tuple[float, float]:
        took = paired([caller(one.opened, self._one) for one in (now.plain, artefact)])
        return took[0], took[1]

    def _leave(
        self, now: _Try, way: Way, artefact: Artefact, lost: Loss | None, reason: str, took: float | None = None
    ) -> None:
        self._rungs.append(Rung(now.candidate.name, way, False, reason, len(artefact.content), took, lost))

    def _too_slow(self) -> str:
        most, best = self._options.max_latency_ms, self._quickest
        assert most is not None and best is not None
        return (
            f"Nothing that keeps the accuracy asked for answers within {most:g} ms on this computer; the quickest took "
            f"{best:.3g} ms. Nothing was written. Allow more time for an answer, or a greater loss."
        )


def _as_it_is(compressor: Compressor) -> str:
    if compressor.ways == (Way.FLOAT,):
        return "Taken: the model as it is; it holds no network that could be stored in less."
    return "Taken: the model as it is."


def _too_much(lost: Loss, options: EdgeOptions) -> str:
    return (
        f"Left: it loses {_POINTS * lost.value:.1f} points on samples held out, and "
        f"{_POINTS * options.max_loss:g} were allowed."
    )


def one_sample(source: Source) -> Samples:
    """Return one sample to time answers with, a real one where there is any."""
    trial = next(make_trials(source.model.task, source.dataset))
    return trial.samples.take(np.zeros(1, dtype=np.int64))


def caller(artefact: OnnxModel, sample: Samples) -> Callable[[], object]:
    """Return what asks a model about that sample, prepared as this very file takes it, in which texts differ."""
    feeds = next(artefact.form.calls(sample)).feeds
    return lambda: artefact.run(feeds)
