from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from engine.budget import Deadline
from engine.modalities.text.chunks import WordArray, words_by
from engine.modalities.text.glance import glance
from engine.modalities.text.learners.finetune import TextFineTune
from engine.modalities.text.learners.frozen_head import FrozenHead
from engine.modalities.text.learners.scratch import Scratch
from engine.modalities.text.samples import TextSamples
from tests.engine.modalities.text.texts import class_job, long_files, peak_of


def test_learners_of_the_same_texts_share_one_look_at_their_beginnings(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = []

    def watched(tokenizer: Tokenizer, text: tuple[str, ...]) -> WordArray:
        letters.append(sum(map(len, text)))
        return words_by(tokenizer, text)

    monkeypatch.setattr("engine.modalities.text.words.words_by", watched)
    job = replace(class_job(), samples=TextSamples([("味道很好" * 5000, "送餐很快")] * 60))
    assert FrozenHead(job, {}).advance(Deadline(0.0)).done
    assert TextFineTune(job, {}).advance(Deadline(0.0)).done
    assert not Scratch(job, {"foreign": True}).advance(Deadline(0.0)).done
    assert letters == [2004] * 60


def test_how_many_words_long_texts_have_is_told_by_their_beginnings() -> None:
    texts = ["good " * 100, "good " * 1000, "good " * 100_000, ""] * 15
    words = glance(replace(class_job(), samples=TextSamples.from_texts(texts))).words
    assert sorted(set(words.tolist())) == [0.0, 100.0, 1000.0, 2016.0]


def test_of_many_long_texts_one_is_in_memory_at_a_time(tmp_path: Path) -> None:
    job = replace(class_job(each=16), samples=long_files(tmp_path, ["goal"] * 48))
    glance(class_job())  # loads what knows the words
    assert peak_of(lambda: glance(job)) < 10_000_000
