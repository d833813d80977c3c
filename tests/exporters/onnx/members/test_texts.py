"""Models of texts: the whole ensemble in one graph, on texts of any kind.

The writers are found by the registry: exporters.onnx.members.text_features, exporters.onnx.members.text_network,
exporters.onnx.members.text_ngrams and exporters.onnx.members.text_shallow.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.finetune.full import in_full
from engine.modalities.text.keys import Family
from engine.modalities.text.members.ngrams import NgramsMember
from engine.modalities.text.members.shallow import ShallowMember
from engine.modalities.text.ngrams import Vocabulary
from engine.modalities.text.samples import Text, TextSamples
from engine.model.model import Model
from engine.task import Task
from exporters.onnx.compose import compose
from exporters.onnx.parity import check
from tests.exporters.models import constant, exported, model_of
from tests.exporters.texts import IN_COLUMNS, NUMBER, SEVERAL, TEXTS, TWO, features, network, ngrams, reviews, shallow

AWKWARD = (
    "",
    " ",
    "a",
    "😀",
    "It isn't NAÏVE, is it?",
    "味道很好",
    "อาหารอร่อย",
    "\ud83d good",
    "good " * 400,
    "qwijibo",
)
LAYER, NORMS_A_LAYER = 1_774_464, 2  # numbers


def asked(task: Task) -> TextSamples:
    columns = max(1, len(task.columns))
    awkward: list[Text] = [tuple(AWKWARD[row - column] for column in range(columns)) for row in range(len(AWKWARD))]
    return TextSamples([*reviews(8, columns, seed=7), *awkward])


def apart(model: Model, samples: TextSamples) -> float:
    with in_full():
        return float(np.abs(exported(model).predict(samples) - model.predict(samples)).max())


def test_models_that_count_words_pass_the_gate() -> None:
    model = model_of(TEXTS, ngrams(TEXTS), shallow(TEXTS), temperature=1.3)
    parity = check(model, exported(model), None)
    assert parity.difference <= 2e-6
    assert parity.agreement == 1.0
    assert {1, 2, 17} <= set(parity.batches)


@pytest.mark.parametrize("task", [TWO, IN_COLUMNS, SEVERAL, NUMBER], ids=["two", "columns", "several", "number"])
def test_models_that_count_words_answer_every_kind_of_task(task: Task) -> None:
    assert apart(model_of(task, ngrams(task), shallow(task), constant(task)), asked(task)) <= 1e-5


@pytest.mark.parametrize("task", [TEXTS, NUMBER], ids=["classes", "number"])
def test_ensembles_with_sentence_networks_answer_as_the_model_does(task: Task) -> None:
    model = model_of(task, ngrams(task), shallow(task), features(task, looks=2), network(task, 1))
    assert apart(model, asked(task)) <= 1e-5


def test_what_networks_have_in_common_is_kept_and_computed_once() -> None:
    graph = compose(model_of(TEXTS, features(TEXTS), network(TEXTS, 2)))
    norms = sum(node.op_type == "LayerNormalization" for node in graph.nodes)
    assert norms == 1 + NORMS_A_LAYER * (6 + 2 * 2)  # two tuned layers in each of two networks
    alone = compose(model_of(TEXTS, features(TEXTS)))
    more = sum(len(t.raw_data) for t in graph.initializers) - sum(len(t.raw_data) for t in alone.initializers)
    assert 2 * 2 * 4 * LAYER <= more < 2 * 2 * 4 * LAYER + 30_000


def test_learners_with_one_vocabulary_look_it_up_once() -> None:
    def lookups(*members: NgramsMember) -> int:
        return sum(node.op_type == "LabelEncoder" for node in compose(model_of(TWO, *members)).nodes)

    assert lookups(ngrams(TWO), ngrams(TWO)) == lookups(ngrams(TWO))


def test_a_model_that_knows_no_word_answers_too() -> None:
    nothing = np.empty(0, dtype=np.uint32)
    vocabulary = Vocabulary(Family(False, 1, 2), nothing, nothing.astype(np.float32))
    silent = NgramsMember((vocabulary,), np.empty((0, 1), np.float32), np.array([0.4], np.float32), TWO)
    part = {**shallow(TWO).parts[0]}
    part["words"] = part["words"][:2]
    model = model_of(TWO, silent, ShallowMember(nothing, [part], TWO.kind))
    assert apart(model, asked(TWO)) <= 1e-6


def test_a_model_that_reads_nothing_answers_every_text() -> None:
    assert apart(model_of(TEXTS, constant(TEXTS)), asked(TEXTS)) == pytest.approx(0.0, abs=1e-7)
