"""Whatever people's tables hold, each learner of texts ends with a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from engine.learners import learner_class
from engine.learners.base import Job
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.tokens import Tokens
from engine.task import Column, ColumnType, Kind, Modality, Task
from tests.engine.learners import contract
from tests.engine.modalities.text.texts import class_job

LEARNERS: dict[str, dict[str, Any]] = {
    "text.ngrams": {"words": 2, "pieces": [3, 5], "penalties": [0.1]},
    "text.frozen_head": {},
    "text.scratch": {"epochs": 1, "batch": 8},
    "text.finetune": {"layers": 1, "epochs": 1, "batch": 8},
}


@pytest.mark.parametrize("kind", LEARNERS)
def test_empty_huge_broken_and_foreign_texts_in_two_columns_are_learned_from(kind: str) -> None:
    plain = class_job(each=6)
    assert isinstance(plain.samples, TextSamples)
    strange = ["", " \n\t", "😀👍🏽🇩🇪", "\ud800\x00\ufffd", "味道很好, 送餐很快", "goal " * 200_000]
    columns = Column("title", ColumnType.TEXT), Column("body", ColumnType.TEXT)
    texts = TextSamples([(strange[row] if row < len(strange) else "", *plain.samples.text(row)) for row in range(18)])
    task = Task(Modality.TEXT, Kind.MULTICLASS, plain.task.classes, columns=columns)
    job = Job(task, texts, plain.labels, plain.folds, threads=1)
    member = contract.run_to_the_end(learner_class(kind)(job, LEARNERS[kind])).member()
    answers = member.predict(TextSamples([(text, "") for text in strange] + [("", text) for text in strange]))
    assert np.isfinite(answers).all()
    np.testing.assert_allclose(answers.sum(axis=1), 1.0)


@pytest.mark.parametrize("kind", ["text.ngrams", "text.scratch"])
def test_of_long_texts_some_are_looked_at_at_a_time_and_answered_as_together(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = class_job(each=6)
    member = contract.run_to_the_end(learner_class(kind)(job, LEARNERS[kind])).member()
    together, sizes, find = member.predict(job.samples), list[int](), Tokens.of

    def found(texts: Sequence[tuple[str, ...]]) -> Tokens:
        sizes.append(len(texts))
        return find(texts)

    monkeypatch.setattr(Tokens, "of", found)
    monkeypatch.setattr("engine.modalities.text.counted._LETTERS_AT_ONCE", 150)
    np.testing.assert_array_equal(member.predict(job.samples.take(np.arange(18))), together)
    assert sum(sizes) == 18
    assert max(sizes) < 9
