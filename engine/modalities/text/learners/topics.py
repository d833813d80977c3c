"""A kernel head on what texts are about: near texts get like answers, whichever words they use for it."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.budget import Deadline
from engine.errors import DataError
from engine.heads.learner import HeadLearner
from engine.heads.ridge import Fit
from engine.learners.base import Job
from engine.modalities.text.counted import counted
from engine.modalities.text.members.ngrams import design
from engine.modalities.text.members.topics import ROOT, TopicsMember
from engine.modalities.text.ngrams import Family, Vocabulary
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.topics import ROUNDS, Projection, projections

_FEATURES = 50_000
_MOST, _TEXTS_EACH = 300, 10  # numbers of a text, and how many texts there are for each
_GATHERING = 0.6  # of the work
_MEMBER, _FAMILIES = "member", "member.json"


class Topics(HeadLearner):
    """Counts runs of at most ``words`` (2) words, finds directions in which texts differ, and fits a head on these.

    ``numbers`` is how many directions there are: by default a tenth of the texts, at most 300.
    """

    kind: ClassVar[str] = "text.topics"
    root = ROOT

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        assert isinstance(job.samples, TextSamples)
        self.samples = job.samples
        self._vocabularies: tuple[Vocabulary, ...] = ()
        self._projection: Projection | None = None
        self._numbers: Float32Array | None = None
        self._member: TopicsMember | None = None
        self._work = self._gathering()
        self._rounds = 0

    @override
    def gather(self, deadline: Deadline) -> int:
        for _ in self._work:
            self._rounds += 1
            if deadline.expired:
                return 0
        return self.enough

    def _gathering(self) -> Generator[None, None, None]:
        longest = int(self.settings.get("words", 2))
        texts = counted(self.samples)
        if not len(texts.tokens.word):
            raise DataError("The texts hold no words. Check the files or columns, then train again.")
        family = Family(False, 1, longest, joined=True)
        self._vocabularies = (Vocabulary.fit(texts.counts(family), family, 2, _FEATURES),)
        matrix = design(texts, self._vocabularies)
        yield
        wanted = int(self.settings.get("numbers", 0)) or min(_MOST, max(1, len(self.samples) // _TEXTS_EACH))
        self._projection = yield from projections(matrix, matrix.T.tocsr(), wanted, self.job.seed)
        self._numbers = self._projection.numbers(matrix)

    @override
    def share(self) -> float:
        return 1.0 if self._done else _GATHERING * self._rounds / (1 + ROUNDS)

    @override
    def features_of(self, rows: IntArray) -> Float32Array:
        assert self._numbers is not None
        return self._numbers[rows]

    @override
    def _keep(self, fit: Fit) -> None:
        super()._keep(fit)
        assert self._projection is not None
        self._member = TopicsMember(self._vocabularies, self._projection, fit.head)

    @override
    def member(self) -> TopicsMember:
        if self._member is None:
            raise DataError("Nothing has been learned yet. Give the run more time.")
        return self._member

    @override
    def save(self, folder: Path) -> None:
        super().save(folder)
        if self._member is not None:
            (folder / _MEMBER).mkdir()
            families = self._member.save(folder / _MEMBER)
            (folder / _FAMILIES).write_text(json.dumps(families), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        super().restore(folder)
        if (folder / _FAMILIES).exists():
            families = json.loads((folder / _FAMILIES).read_text(encoding="utf-8"))
            self._member = TopicsMember.load(folder / _MEMBER, families, self.job.task)
