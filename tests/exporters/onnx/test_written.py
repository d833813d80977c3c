"""Columns of sentences in tables: not a digit differs from the engine's, since a tree may ask about it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from engine.modalities.table.backend import load_lightgbm
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.terms import LONGEST
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.inputs.table import TableForm, TableInputs, input_lists
from exporters.onnx.parity import check
from exporters.onnx.runtime import ort_session
from tests.exporters.models import exported, link_of, model_of
from tests.exporters.texts import reviews

COLUMNS = (
    Column("note", ColumnType.TEXT),
    Column("size", ColumnType.NUMBER),
    Column("note terms", ColumnType.CATEGORY),
    Column("address", ColumnType.TEXT),
)
TASK = Task(Modality.TABLE, Kind.MULTICLASS, ("a", "b", "c"), target="t", columns=COLUMNS)
AWKWARD = ["", None, "!", "never seen before", "😀\u200d\n", "good " * LONGEST, "Ça déjà vu", "味道很好", "isn't"]


def homes(count: int, seed: int) -> TableSamples:
    rng = np.random.default_rng(seed)
    notes: list[str | None] = [" ".join(text) for text in reviews(count, columns=2, seed=seed)]
    notes[1] = None
    return TableSamples(
        pl.DataFrame(
            {
                "note": notes,
                "size": rng.normal(size=count),
                "note terms": rng.choice(["x", "y"], count),
                "address": [f"{number} Mill St" for number in rng.integers(0, 60, count)],
            }
        )
    )


def awkward() -> TableSamples:
    frame = homes(len(AWKWARD), 5).frame
    return TableSamples(frame.with_columns(note=pl.Series(AWKWARD), address=pl.Series(AWKWARD[::-1])))


@pytest.fixture(scope="module")
def encoder() -> TableEncoder:
    return TableEncoder.fit(homes(300, 0), COLUMNS)


def test_sentences_become_the_numbers_of_the_engines_encoder(encoder: TableEncoder) -> None:
    assert {text.width > 1 for text in encoder.texts} == {True, False}
    form = TableForm(TASK, {})
    graph = Graph([*form.names, "y"])
    inputs = form.open(graph)
    assert isinstance(inputs, TableInputs)
    graph.add_output(inputs.encoded(encoder), "y", DOUBLE, ["N", len(encoder.columns)])
    session = ort_session(graph.build("sentences", {}).SerializeToString())
    for samples in (homes(300, 0), homes(40, 7), homes(2, 3), awkward()):
        answers = [session.run(None, dict(call.feeds))[0] for call in form.calls(samples)]
        np.testing.assert_array_equal(np.concatenate(answers), encoder.encode(samples))


def test_calls_hold_fewer_rows_the_longer_their_sentences_are() -> None:
    form, rows = TableForm(TASK, {}), homes(1500, 0).frame
    assert next(len(call.rows) for call in form.calls(TableSamples(rows))) > 1000
    long = rows.head(500).with_columns(note=pl.lit("many words " * 180))  # 1,980 letters
    sizes = [len(call.rows) for call in form.calls(TableSamples(long))]
    assert sum(sizes) == 500 and max(sizes) <= 250_000 / 1980
    assert list(form.calls(TableSamples(rows.clear()))) == []


def _forest(encoder: TableEncoder) -> LightGBMMember:
    numbers = encoder.encode(homes(300, 0))
    labels = np.digitize(numbers[:, 0] + 30 * numbers[:, 1], (20, 50))
    params = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 3}
    module = load_lightgbm()
    booster = module.train(params, module.Dataset(numbers, labels, params=params), 10)
    return LightGBMMember(encoder, [booster.model_to_string()], link_of(TASK))


def test_a_tree_over_sentences_answers_as_the_model_does(encoder: TableEncoder) -> None:
    model = model_of(TASK, _forest(encoder))
    artefact = exported(model)
    assert check(model, artefact, None).difference <= 1e-12
    np.testing.assert_allclose(artefact.predict(awkward()), model.predict(awkward()), rtol=0, atol=1e-12)


def test_no_other_column_lends_its_name_to_the_inputs_of_sentences() -> None:
    names = input_lists(COLUMNS)
    assert names["note"] == ("note terms_", "note sizes", "note letters")
    assert names["note terms"] == ("note terms",)
    every = [name for mine in names.values() for name in mine]
    assert len(set(every)) == len(every) == len(TableForm(TASK, {}).described())
