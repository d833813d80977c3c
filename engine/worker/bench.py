"""The bench at which learners work: it opens the run's data once and gives each learner its slices."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.dataset import Dataset, Split
from engine.device import resolve, threads
from engine.learners import Job, Learner, learner_class
from engine.modalities import Entry, open_samples, portfolio
from engine.model.member import Member
from engine.run.folder import RunFolder
from engine.samples import Samples
from engine.worker.checkpoint import Checkpoint

ON_THE_PROCESSOR = 3  # from this frugality on
CHUNK_SECONDS = 0.4  # how long predictions may go on before the deadline is looked at again


@dataclass
class Scoring:
    """A candidate whose predictions on the other parts are still being made, chunk by chunk."""

    member: Member
    validation: FloatArray
    parts: dict[str, Samples]
    chunk: int = 32
    made: dict[str, list[FloatArray]] = field(default_factory=dict)

    def advance(self, deadline: Deadline) -> bool:
        """Predict until the deadline; return whether all is predicted."""
        for name, samples in self.parts.items():
            done = self.made.setdefault(name, [])
            position = sum(len(piece) for piece in done)
            while position < len(samples):
                if deadline.expired:
                    return False
                rows = np.arange(position, min(position + self.chunk, len(samples)))
                start = time.monotonic()
                done.append(self.member.predict(samples.take(rows)))
                position += len(rows)
                if time.monotonic() - start < CHUNK_SECONDS / 2:
                    self.chunk *= 2
        return True

    def predictions(self, outputs: int) -> dict[str, FloatArray]:
        """Return the finished arrays, [0, outputs] for a part without samples."""
        empty = np.zeros((0, outputs))
        arrays = {name: np.concatenate([empty, *pieces]) for name, pieces in self.made.items()}
        return {"validation": self.validation, **arrays}


@dataclass(frozen=True)
class SliceReport:
    """What a slice brought. ``version`` is set when a new candidate is complete, ``message`` is for the person.

    ``share`` of the learner's whole work is done; None when the slice went into predictions alone.
    """

    learner: str
    seconds: float
    done: bool
    version: int | None = None
    message: str = ""
    share: float | None = None


class Bench:
    """Learners of one run, kept between slices. Labels of the test part never come here."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.device = resolve(run.options.device)
        dataset = run.dataset()
        train = dataset.part(Split.TRAIN)
        held = {"test": dataset.part(Split.TEST), "predict": run.to_predict() or Dataset(dataset.frame.clear())}
        cache = run.cache_path
        self._parts = {name: open_samples(part, run.task, cache) for name, part in held.items()}
        self.job = Job(
            task=run.task,
            samples=open_samples(train, run.task, cache),
            labels=train.labels(run.task),
            folds=train.folds,
            device=self.device,
            threads=threads(),
            seed=run.options.seed,
            cache=cache,
        )
        self._entries = {entry.name: entry for entry in portfolio(run.task, len(train), self.device)}
        self._learners: dict[str, Learner] = {}
        self._scoring: dict[str, Scoring] = {}

    def advance(self, name: str, deadline: Deadline, frugality: int = 0) -> SliceReport:
        """Let one learner work until the deadline and keep what it reached.

        ``frugality`` is how often it has run out of memory. A learner that fails is built anew next time, from what
        it had saved.
        """
        try:
            return self._advance(name, deadline, frugality)
        except BaseException:
            self._learners.pop(name, None)
            self._scoring.pop(name, None)
            raise

    def _advance(self, name: str, deadline: Deadline, frugality: int) -> SliceReport:
        start = time.monotonic()
        checkpoint = Checkpoint(self.run.checkpoints_path, name)
        learner = self._learner(name, checkpoint, frugality)
        message, share = "", None
        if name not in self._scoring and not checkpoint.mark.unscored:
            progress = learner.advance(deadline)
            message, share = progress.message, progress.share
            checkpoint.save_state(learner, done=progress.done, unscored=progress.improved)
        version = None
        if checkpoint.mark.unscored:
            version = self._score(name, learner, checkpoint, deadline)
        finished = checkpoint.mark.done and not checkpoint.mark.unscored
        return SliceReport(name, time.monotonic() - start, finished, version, message, share)

    def _learner(self, name: str, checkpoint: Checkpoint, frugality: int = 0) -> Learner:
        if name not in self._learners:
            entry: Entry = self._entries[name]
            device = "cpu" if frugality >= ON_THE_PROCESSOR else self.device
            job = replace(self.job, frugality=frugality, device=device)
            learner = learner_class(entry.kind)(job, entry.settings)
            checkpoint.restore_state(learner)
            self._learners[name] = learner
        return self._learners[name]

    def _score(self, name: str, learner: Learner, checkpoint: Checkpoint, deadline: Deadline) -> int | None:
        if name not in self._scoring:
            self._scoring[name] = Scoring(learner.member(), learner.validation(), self._parts)
        scoring = self._scoring[name]
        if not scoring.advance(deadline):
            return None
        del self._scoring[name]
        return checkpoint.save_candidate(scoring.member, scoring.predictions(self.run.task.outputs))
