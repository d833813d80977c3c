"""What other ways of exporting get wrong without a word: figures too large for float32, empty and unknown words."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import onnx
import polars as pl
import pytest

from engine.dataset import Dataset, Split
from engine.modalities import ask_samples
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.api import export
from exporters.source import open_source
from exporters.standalone.package import Package
from tests.exporters.asking import Raw, asked
from tests.exporters.trained import Recipe, Table, train

MOMENTS = Task(
    Modality.TABLE,
    Kind.MULTICLASS,
    ("False", "True"),
    target="late",
    columns=(Column("moment", ColumnType.NUMBER), Column("line", ColumnType.CATEGORY)),
)
START = 1_700_000_000.0  # seconds of 2023: float32 knows such moments to two minutes


def moments(data: Path) -> Table:
    """Whether a train is late turns within seconds; its line is now and then not known, and now and then empty."""
    rng = np.random.default_rng(2)
    moment = START + rng.integers(0, 400, 400)
    line = [None if place % 11 == 0 else "" if place % 13 == 0 else f"line {place % 4}" for place in range(400)]
    late = ((moment % 40 < 20) ^ np.array([name == "line 1" for name in line])).tolist()
    frame = pl.DataFrame(
        {
            "id": [str(place) for place in range(400)],
            "label": [str(value) for value in late],
            "split": [Split.TEST.value if place % 5 == 0 else Split.TRAIN.value for place in range(400)],
            "fold": pl.Series([-2 if place % 5 == 0 else place % 3 for place in range(400)], dtype=pl.Int32),
            "group": range(400),
            "x:moment": moment,
            "x:line": line,
        }
    )
    return MOMENTS, Dataset(frame)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    learners = (("table.lightgbm", {"stages": [{"rounds": 40}]}), ("table.extra_trees", {"trees": 8}))
    return train(Recipe(moments, learners), Path(), tmp_path_factory.mktemp("traps") / "run")


def test_moments_in_seconds_missing_empty_and_unknown_words_are_answered_as_by_the_model(
    run: Path, tmp_path: Path
) -> None:
    package = Package.open(_unpacked(run, tmp_path), threads=1)
    lines = (None, "", "line 1", "line 99", "🐍", "nan", "None")
    rows: list[Raw] = [{"moment": START + second, "line": line} for second in range(0, 400, 3) for line in lines]
    rows += [{"moment": value, "line": "line 2"} for value in (None, float("nan"), 1e300, -1.0)]
    samples, problems = ask_samples(rows, MOMENTS)
    assert not problems
    expected = open_source(run).model.predict(samples)
    assert len(np.unique(expected[:, 1].round(6))) > 20  # the moments do tell in the model
    np.testing.assert_allclose(asked(package, rows), expected, atol=1e-9)
    assert np.asarray(START, np.float32) == np.asarray(START + 50, np.float32)  # which float32 could not have told


def test_classes_that_are_truth_values_keep_their_names_and_places(run: Path, tmp_path: Path) -> None:
    package = Package.open(_unpacked(run, tmp_path), threads=1)
    answer = package.predict([package.read({"moment": START, "line": "line 1"})])[0]
    assert list(answer.probabilities) == ["False", "True"]
    assert answer.label == max(answer.probabilities, key=lambda name: answer.probabilities[name])


def test_the_graph_is_plain_and_tells_nothing_of_where_it_was_made(run: Path, tmp_path: Path) -> None:
    model = onnx.load_model(_unpacked(run, tmp_path) / "model.onnx")
    domains = [opset.domain for opset in model.opset_import]
    assert len(domains) == len(set(domains))
    assert set(domains) <= {"", "ai.onnx.ml"}
    assert "ZipMap" not in {node.op_type for node in model.graph.node}
    assert not any("pkg.torch" in entry.key for node in model.graph.node for entry in node.metadata_props)
    assert str(Path.home()).encode() not in model.SerializeToString()


def test_nothing_that_is_handed_over_decodes_pictures_inside_the_runtime() -> None:
    locks = resources.files("resources").joinpath("requirements")
    for lock in locks.iterdir():
        assert "onnxruntime-extensions" not in lock.read_text(encoding="utf-8").replace("_", "-"), lock.name


def _unpacked(run: Path, folder: Path) -> Path:
    export(run, "docker", folder / "out")
    return folder / "out" / "model"
