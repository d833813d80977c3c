"""Named inputs and the numbers made of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.learners.constant import ConstantMember
from engine.modalities.table.features import TableEncoder
from engine.modalities.table.samples import TableSamples
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.inputs.table import TableInputs, input_names
from exporters.onnx.runtime import OnnxModel, ort_session
from tests.exporters.models import COLUMNS, content_of, linear, model_of, rows

ODD = ["label", "prediction", "probabilities", "inner_1_Sum", "", " ", "a b", "😀", "a\nb", "a\0b", "ab", "N", '"', "é"]


def numbers_in_graph(encoder: TableEncoder, samples: TableSamples) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    graph = Graph([*(column.name for column in COLUMNS), "y"])
    inputs = TableInputs(graph, COLUMNS)
    graph.add_output(inputs.encoded(encoder), "y", DOUBLE, ["N", len(COLUMNS)])
    feeds = {}
    for column in COLUMNS:
        series = samples.frame[column.name]
        is_text = column.type is ColumnType.CATEGORY
        filled = series.fill_null("").to_numpy().astype(object) if is_text else series.to_numpy().astype(np.float64)
        feeds[column.name] = filled.reshape(-1, 1)
    numbers: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    numbers = ort_session(graph.build("inputs", {}).SerializeToString()).run(None, feeds)[0]
    return numbers


def test_rows_become_the_numbers_of_the_engines_encoder() -> None:
    encoder = TableEncoder.fit(rows(), COLUMNS)
    unseen = rows(50, seed=5).frame.with_columns(
        pl.lit("never seen").alias("colour 🎨"), pl.Series("label", [float("inf"), float("-inf")] * 25)
    )
    for samples in (rows(50, seed=4), TableSamples(unseen)):
        np.testing.assert_array_equal(numbers_in_graph(encoder, samples), encoder.encode(samples))


def test_truth_and_whole_numbers_are_the_engines_however_they_are_spelled() -> None:
    words = ["True", "false", "1.0", "7", ""] * 10
    learned = rows(50).frame.with_columns(pl.Series("colour 🎨", words))
    encoder = TableEncoder.fit(TableSamples(learned), COLUMNS)
    spelled = ["true", "TRUE", "False", "1", "7.0", "1.00", "True", "tRue", None, "7"] * 5
    asked = TableSamples(learned.with_columns(pl.Series("colour 🎨", spelled)))
    numbers = numbers_in_graph(encoder, asked)
    np.testing.assert_array_equal(numbers, encoder.encode(asked))
    unknown = encoder.columns[1].unknown_code
    assert (numbers[:10, 1] == unknown).tolist() == [word in ("1.00", "tRue") for word in spelled[:10]]


def test_members_with_equal_encoders_share_the_numbers() -> None:
    encoder, twin = (TableEncoder.fit(rows(), COLUMNS) for _ in range(2))
    inputs = TableInputs(Graph(), COLUMNS)
    assert inputs.encoded(encoder) == inputs.encoded(twin)


@settings(max_examples=25, deadline=None)
@given(names=st.lists(st.sampled_from(ODD) | st.text(max_size=5), min_size=1, max_size=8, unique=True), data=st.data())
def test_columns_of_any_name_are_inputs_of_that_name(names: list[str], data: st.DataObject) -> None:
    learned = [type_ for type_ in ColumnType if type_ is not ColumnType.GROUP]
    types = data.draw(st.lists(st.sampled_from(learned), min_size=len(names), max_size=len(names)))
    columns = tuple(Column(name, kind) for name, kind in zip(names, types, strict=True))
    given_names = input_names(columns)
    assert len(set(given_names.values())) == len(names)
    assert all(given_names[name] == name for name in names if name and "\0" not in name)
    task = Task(Modality.TABLE, Kind.MULTICLASS, ("a", "b"), columns=columns)
    member = ConstantMember(np.array([0.25, 0.75]))
    samples = TableSamples.from_rows([{}, {}, {}], task)
    assert OnnxModel(content_of(model_of(task, member))).predict(samples).tolist() == [[0.25, 0.75]] * 3


@pytest.mark.parametrize("kept", [(0, 2), (1, 3)], ids=["numbers alone", "categories alone"])
def test_a_table_of_one_type_of_column_is_written(kept: tuple[int, ...]) -> None:
    columns = tuple(COLUMNS[i] for i in kept)
    task = Task(Modality.TABLE, Kind.MULTICLASS, ("a", "b", "c"), columns=columns)
    samples = TableSamples(rows().frame.select(column.name for column in columns))
    model = model_of(task, linear(task, columns))
    np.testing.assert_allclose(OnnxModel(content_of(model)).predict(samples), model.predict(samples), atol=1e-13)


def test_parts_of_dates_are_the_engines() -> None:
    columns = (Column("day", ColumnType.DATE),)
    days = np.concatenate([np.random.default_rng(0).uniform(-800_000.0, 2_900_000.0, 2000), [0.0, -0.5, 1e300, np.nan]])
    samples = TableSamples(pl.DataFrame({"day": days}))
    encoder = TableEncoder.fit(samples, columns)
    assert len(encoder.columns) == 4
    graph = Graph(["day", "y"])
    graph.add_output(TableInputs(graph, columns).encoded(encoder), "y", DOUBLE, ["N", 4])
    content = graph.build("dates", {}).SerializeToString()
    numbers = ort_session(content).run(None, {"day": days.reshape(-1, 1)})[0]
    np.testing.assert_array_equal(numbers, encoder.encode(samples))


def test_turned_maps_are_the_engines() -> None:
    columns = (Column("lat", ColumnType.NUMBER), Column("lon", ColumnType.NUMBER))
    rng = np.random.default_rng(0)
    data = {"lat": rng.uniform(-38.0, -37.0, 300), "lon": rng.uniform(144.0, 146.0, 300)}
    data["lat"][::7] = np.nan
    samples = TableSamples(pl.DataFrame(data))
    encoder = TableEncoder.fit(samples, columns)
    assert len(encoder.columns) == 8
    graph = Graph(["lat", "lon", "y"])
    graph.add_output(TableInputs(graph, columns).encoded(encoder), "y", DOUBLE, ["N", 8])
    content = graph.build("maps", {}).SerializeToString()
    feeds = {name: values.reshape(-1, 1) for name, values in data.items()}
    np.testing.assert_array_equal(ort_session(content).run(None, feeds)[0], encoder.encode(samples))
