"""Exported models opened and asked, hostile files included."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from PIL import Image

from engine.dataset import Dataset
from exporters.errors import NotOurs
from exporters.onnx.runtime import OnnxModel
from tests.exporters.models import (
    NUMBER,
    PICTURES,
    TABLE,
    constant,
    content_of,
    exported,
    lightgbm,
    model_of,
    rows,
    thumbnail,
)

SMALL = content_of(model_of(TABLE, constant(TABLE)))


def changed(change: Callable[[onnx.ModelProto], object]) -> bytes:
    """The small model after ``change``."""
    model = onnx.ModelProto.FromString(SMALL)
    change(model)
    content: bytes = model.SerializeToString()
    return content


def test_a_dataset_of_rows_is_predicted_as_the_model_does() -> None:
    samples, model = rows(5000, seed=2), model_of(TABLE, lightgbm(TABLE))
    frame = samples.frame.select(pl.all().name.prefix("x:")).with_columns(
        pl.int_range(samples.frame.height).cast(pl.String).alias("id")
    )
    answers = exported(model).predict_dataset(Dataset(frame))
    np.testing.assert_allclose(answers, model.predict(samples), atol=1e-12)


def test_a_number_comes_as_one_column() -> None:
    model = model_of(NUMBER, constant(NUMBER))
    assert exported(model).predict(rows(3)).shape == (3, 1)


def test_a_folder_of_pictures_is_predicted_whatever_their_sizes_and_state(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sizes = [(20, 30)] * 18 + [(50, 10), (3000, 1500), (3000, 1500), (1, 1)]
    for number, (height, width) in enumerate(sizes):
        picture = Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
        picture.save(tmp_path / f"{number:02}.png", compress_level=0)  # noise gets no smaller
    (tmp_path / "05.png").write_bytes(b"")
    (tmp_path / "06.png").write_text("no picture at all")
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    content = pl.Series([None] * len(files), dtype=pl.String)
    dataset = Dataset(pl.DataFrame({"id": files, "reference": files, "content": content}))
    model = model_of(PICTURES, thumbnail(PICTURES))
    answers = exported(model).predict_dataset(dataset)
    from engine.modalities import open_samples

    np.testing.assert_allclose(answers, model.predict(open_samples(dataset, PICTURES)), atol=1e-5)
    np.testing.assert_allclose(answers[5:7], np.tile(constant(PICTURES).answer, (2, 1)), atol=1e-7)


def test_a_file_is_opened_from_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "schöne Grüße 🐍.onnx"
    path.write_bytes(SMALL)
    assert OnnxModel.open(path).task == TABLE


def test_an_absent_file_is_met_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotOurs, match=r"nothing\.onnx cannot be read \(No such file"):
        OnnxModel.open(tmp_path / "nothing.onnx")


def test_a_file_beyond_the_limit_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.onnx"
    with path.open("wb") as file:
        file.truncate(3_000_000_000)
    with pytest.raises(NotOurs, match="more than ONNX allows"):
        OnnxModel.open(path)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_junk_is_met_with_a_sentence(junk: bytes) -> None:
    with pytest.raises(NotOurs):
        OnnxModel(junk)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.integers(0, 255), st.booleans())
def test_a_damaged_file_is_refused_or_still_a_model(place: int, value: int, cut: bool) -> None:
    damaged = SMALL[:place] if cut else SMALL[:place] + bytes([value]) + SMALL[place + 1 :]
    try:
        model = OnnxModel(damaged)
    except NotOurs as refusal:
        assert str(refusal)
    else:
        assert model.task.columns


def test_numbers_in_other_files_are_refused() -> None:
    def point_outside(model: onnx.ModelProto) -> None:
        tensor = model.graph.initializer[0]
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="/etc/passwd")

    with pytest.raises(NotOurs, match="takes its numbers from other files"):
        OnnxModel(changed(point_outside))


def test_a_constant_from_another_file_is_refused() -> None:
    def add_constant(model: onnx.ModelProto) -> None:
        tensor = TensorProto(data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="../secret")
        model.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))

    with pytest.raises(NotOurs, match="takes its numbers from other files"):
        OnnxModel(changed(add_constant))


@pytest.mark.parametrize("domain", ["com.microsoft", "com.microsoft.extensions"])
def test_operators_of_other_makers_are_refused(domain: str) -> None:
    node = helper.make_node("DecodeImage", ["x"], ["y"], domain=domain)
    with pytest.raises(NotOurs, match="parts that no export of this program has"):
        OnnxModel(changed(lambda model: model.graph.node.append(node)))


def test_graphs_within_graphs_are_refused() -> None:
    inner = helper.make_graph([], "inner", [], [])
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    with pytest.raises(NotOurs, match="parts that no export of this program has"):
        OnnxModel(changed(lambda model: model.graph.node.append(node)))


def test_a_description_that_does_not_fit_the_graph_is_refused() -> None:
    other = onnx.ModelProto.FromString(content_of(model_of(PICTURES, constant(PICTURES))))

    def swap_description(model: onnx.ModelProto) -> None:
        del model.metadata_props[:]
        model.metadata_props.extend(other.metadata_props)

    with pytest.raises(NotOurs, match="does not fit its graph"):
        OnnxModel(changed(swap_description))


def test_a_graph_that_fails_when_run_is_met_with_a_sentence() -> None:
    def spoil(model: onnx.ModelProto) -> None:
        shape = next(node for node in model.graph.node if node.op_type == "Shape")
        expand = next(node for node in model.graph.node if node.op_type == "Expand")
        model.graph.node.append(helper.make_node("Neg", [shape.output[0]], ["negative"]))
        expand.input[1] = "negative"

    model = OnnxModel(changed(spoil))
    with pytest.raises(NotOurs, match="cannot be run"):
        model.predict(rows(2))


def test_nothing_is_kept_for_telemetry(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(SMALL)
    code = "import sys; from pathlib import Path; from exporters.onnx.runtime import OnnxModel; "
    code += "print(OnnxModel.open(Path(sys.argv[1])).task.kind)"
    home = tmp_path / "home"
    home.mkdir()
    clean = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    environment = {**clean, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, env=environment, check=True, timeout=60
    )
    assert done.stdout.strip() == "multiclass"
    assert list(home.rglob("*")) == []
