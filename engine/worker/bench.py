"""The bench at which learners work: it opens the run's data once and gives each learner its slices."""

from __future__ import annotations

import gc
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.budget import Deadline, awake
from engine.dataset import Dataset, Split
from engine.device import resolve, threads, tight
from engine.errors import ModelError
from engine.learners import Job, Learner, Progress, learner_class
from engine.modalities import Entry, open_samples, portfolio
from engine.modalities.remembered import Forgetful
from engine.model.folder import MemberRecord
from engine.model.member import Member
from engine.model.registry import member_class
from engine.run.folder import RunFolder
from engine.samples import Samples
from engine.worker.answering import Answering
from engine.worker.checkpoint import Checkpoint
from engine.worker.pace import HANDFUL, Pace, measure, time_allowed

ON_THE_PROCESSOR = 3  # from this frugality on


@dataclass(frozen=True)
class SliceReport:
    """What a slice brought. ``version`` is set when there is a new candidate, ``message`` is for the person.

    ``share`` of the learner's whole work is done; None when no learning was done. ``aside_s`` of its seconds went into
    loading and keeping, not into learning. ``stepped_s``, ``prepared_s`` and ``found`` are those of
    :class:`engine.learners.base.Progress`.
    """

    learner: str
    seconds: float
    done: bool
    version: int | None = None
    message: str = ""
    share: float | None = None
    aside_s: float = 0.0
    stepped_s: float = 0.0
    prepared_s: float = 0.0
    found: Mapping[str, Any] | None = None


class Bench:
    """Learners of one run, kept between slices until they are done. Labels of the test part never come here.

    They compute on ``device``, that of the plan unless given.
    """

    def __init__(self, run: RunFolder, device: str | None = None) -> None:
        self.run = run
        self.device = resolve(device or run.options.device)
        dataset = run.dataset()
        train = dataset.part(Split.TRAIN)
        held = {"test": dataset.part(Split.TEST), "predict": run.to_predict() or Dataset(dataset.frame.clear())}
        cache = run.cache_path
        self._parts = {name: open_samples(part, run.task, cache) for name, part in held.items()}
        self._probe = Dataset(train.frame.head(HANDFUL))
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
        entries = portfolio(run.task, len(train), self.device, options=run.options)
        self._entries = {entry.name: entry for entry in entries}
        self._learners: dict[str, Learner] = {}
        self._offered: dict[str, Member] = {}  # the newest candidates, until their learners work on
        self._answering: dict[str, Answering] = {}
        self._short = False  # whether memory has run short

    def advance(self, name: str, deadline: Deadline, frugality: int = 0) -> SliceReport:
        """Let one learner work until the deadline and keep what it reached.

        ``frugality`` is how often it has run out of memory. A learner that fails is built anew next time, from what
        it had saved; so is, once memory ran short for anybody, whoever had to rest.
        """
        self._short = self._short or frugality > 0
        if frugality or (self._short and tight(self.device)):
            self._clear(name)
        # A member may share its network with the learner, which changes now; those of who is done are on disk.
        self._offered = {other: self._offered[other] for other in self._offered if other in self._learners}
        self._offered.pop(name, None)
        self._answering.pop(name, None)
        if frugality:
            self._forget()
        try:
            return self._advance(name, deadline, frugality)
        except BaseException:
            self._learners.pop(name, None)
            raise

    def _advance(self, name: str, deadline: Deadline, frugality: int) -> SliceReport:
        start = awake()
        checkpoint = Checkpoint(self.run.checkpoints_path, name)
        learner = self._learner(name, checkpoint, frugality, deadline)
        if learner is None:  # it is not built yet, and goes on with that next time
            seconds = awake() - start
            return SliceReport(name, seconds, done=False, aside_s=seconds)
        message, share, learning_s, progress = "", None, 0.0, Progress(improved=False, done=False)
        if not (checkpoint.mark.unscored and _has_candidate(learner)):
            began = awake()
            progress = learner.advance(deadline)
            learning_s = awake() - began
            message, share = progress.message, progress.share
            checkpoint.save_state(learner, done=progress.done, unscored=progress.improved)
        version = self._offer(name, learner, checkpoint) if checkpoint.mark.unscored else None
        if checkpoint.mark.done:
            del self._learners[name]  # nobody asks for it again, and it may hold gigabytes
        seconds = awake() - start
        facts = progress.stepped_s, progress.prepared_s, progress.found
        return SliceReport(name, seconds, checkpoint.mark.done, version, message, share, seconds - learning_s, *facts)

    def _learner(self, name: str, checkpoint: Checkpoint, frugality: int, deadline: Deadline) -> Learner | None:
        """Return a learner as it was, built anew where that is needed; None where the deadline came before that."""
        if name not in self._learners:
            entry: Entry = self._entries[name]
            job = replace(self.job, frugality=frugality, device=self._device(frugality))
            kind = learner_class(entry.kind)
            if not kind.prepare(job, entry.settings, deadline, begun=bool(checkpoint.mark.state)):
                return None
            learner = kind(job, entry.settings)
            checkpoint.restore_state(learner)
            self._learners[name] = learner
        return self._learners[name]

    def _clear(self, name: str) -> None:
        """Let go of all others, lest they take the memory of who works: they are on disk.

        What they have answered so far stays.
        """
        others = (self._learners.keys() | self._offered.keys()) - {name}
        for other in others:
            self._learners.pop(other, None)
            self._offered.pop(other, None)
        for other, answering in self._answering.items():
            if other != name:
                answering.member = None
        if others:
            gc.collect()  # a network and its parts refer to each other

    def _forget(self) -> None:
        """Let go of all that was read from files, whoever wanted it."""
        for samples in (self.job.samples, *self._parts.values()):
            if isinstance(samples, Forgetful):
                samples.forget()

    def _device(self, frugality: int) -> str:
        return "cpu" if frugality >= ON_THE_PROCESSOR else self.device

    def _offer(self, name: str, learner: Learner, checkpoint: Checkpoint) -> int:
        member = learner.member()
        version = checkpoint.save_candidate(member, learner.validation())
        self._offered[name] = member
        if self.run.options.max_latency_ms is not None:
            self.measure(name, anew=True)  # one of the same size may read more of each sample
        return version

    def answer(self, name: str, deadline: Deadline, frugality: int = 0, leave_out: Collection[str] = ()) -> bool:
        """Let the newest candidate answer the other parts until the deadline; return whether it is through.

        Its answers are kept once they are whole, but for the parts to ``leave_out``, which are NaN. ``frugality`` is as
        for :meth:`advance`.

        Raises:
            ModelError: some of its answers are no numbers.
        """
        self._short = self._short or frugality > 0
        if frugality:
            self._clear(name)
            self._forget()
        if name not in self._answering:
            self._answering[name] = Answering(self._member(name, frugality), self._parts, frugality)
        answering = self._answering[name]
        answering.leave_out(leave_out)
        try:
            if answering.member is None:  # it had to rest
                answering.member = self._member(name, frugality)
            through = answering.advance(deadline)
        except BaseException:
            self._answering.pop(name)
            self._offered.pop(name, None)  # the next try may have to be made elsewhere
            raise
        if through:
            checkpoint = Checkpoint(self.run.checkpoints_path, name)
            answers = self._answering.pop(name).answers(self.run.task.outputs)
            if not all(np.isfinite(said).all() for part, said in answers.items() if part not in leave_out):
                raise ModelError("Its answers to samples that it did not learn from are not all numbers.")
            checkpoint.save_answers(checkpoint.mark.version, answers)
        return through

    def answered(self, name: str) -> float:
        """Return the share of its answers that the newest candidate has given, of those under way."""
        return self._answering[name].share if name in self._answering else 1.0

    def measure(self, name: str, *, anew: bool = False) -> Pace:
        """Measure and keep how quick the newest candidate is, unless that is known of one of about its size.

        It is measured on the processor, where models are asked once they are learned.
        """
        checkpoint = Checkpoint(self.run.checkpoints_path, name)
        candidate = checkpoint.candidate()
        assert candidate is not None
        if not anew and not candidate.unmeasured and candidate.pace is not None:
            return candidate.pace

        def few(count: int) -> Samples:
            return open_samples(Dataset(self._probe.frame.head(count)), self.run.task, None)

        limit = time_allowed(self.run.options.budget_s)
        member = self._member(name) if self.device == "cpu" else self._loaded(candidate.record, "cpu")
        pace = measure(member, few, limit, candidate.size)
        checkpoint.save_pace(pace)
        return pace

    def _member(self, name: str, frugality: int = 0) -> Member:
        """Return the newest candidate's member, from disk where its learner has worked on since."""
        if name not in self._offered:
            candidate = Checkpoint(self.run.checkpoints_path, name).candidate()
            if candidate is None:
                raise KeyError(f"{name} has no candidate.")
            self._offered[name] = self._loaded(candidate.record, self._device(frugality))
        return self._offered[name]

    def _loaded(self, record: MemberRecord, device: str) -> Member:
        return member_class(record.kind).load(record.folder, record.settings, self.run.task, device)


def _has_candidate(learner: Learner) -> bool:
    """Whether there is something to offer; a learner may begin anew where an older program's state does not fit."""
    return bool(np.isfinite(learner.validation()).any())
