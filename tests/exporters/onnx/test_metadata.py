"""What a client can read in the file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.task import ColumnType, Task
from exporters.errors import NotOurs
from exporters.onnx.metadata import PREFIX, describe, read_metadata
from exporters.onnx.runtime import ort_session
from tests.exporters.models import (
    CLASSES,
    COLUMNS,
    NUMBER,
    PICTURES,
    TABLE,
    constant,
    content_of,
    model_of,
    source_of,
    thumbnail,
)


def words_of(task: Task) -> dict[str, Any]:
    described = describe(source_of(model_of(task, constant(task))))
    plain = {"format", "model_sha256"}
    return {
        key.removeprefix(PREFIX): value if key.removeprefix(PREFIX) in plain else json.loads(value)
        for key, value in described.items()
    }


def test_a_table_names_its_inputs_and_how_missing_is_written() -> None:
    words = words_of(TABLE)
    assert [entry["name"] for entry in words["inputs"]] == [column.name for column in COLUMNS]
    missing = {entry["name"]: (entry["type"], entry["missing"]) for entry in words["inputs"]}
    for column in COLUMNS:
        is_text = column.type is ColumnType.CATEGORY
        assert missing[column.name] == (("string", "") if is_text else ("double", "NaN"))
    assert words["task"]["classes"] == list(CLASSES)
    assert [entry["name"] for entry in words["outputs"]] == ["label_", "probabilities"]


def test_a_number_has_one_output() -> None:
    outputs = words_of(NUMBER)["outputs"]
    assert [(entry["name"], entry["type"], entry["shape"]) for entry in outputs] == [("prediction", "double", ["N"])]


def test_pictures_say_which_sizes_they_take_and_what_the_client_does() -> None:
    words = words_of(PICTURES)
    (entry,) = words["inputs"]
    assert (entry["name"], entry["type"], entry["shape"]) == ("image", "uint8", ["N", "height", "width", 3])
    assert "any height and width; all pictures of one call share one size" in entry["meaning"].lower()
    assert any("upright" in sentence for sentence in words["preprocessing"])


def test_what_is_declared_is_what_the_graph_takes_and_gives() -> None:
    for task in (TABLE, NUMBER, PICTURES):
        session, words = ort_session(content_of(model_of(task, constant(task)))), words_of(task)
        kinds = {"double": "tensor(double)", "string": "tensor(string)", "uint8": "tensor(uint8)"}
        kinds["float32"] = "tensor(float)"
        for declared, values in ((words["inputs"], session.get_inputs()), (words["outputs"], session.get_outputs())):
            expected = [(entry["name"], kinds[entry["type"]], entry["shape"]) for entry in declared]
            assert [(value.name, value.type, value.shape) for value in values] == expected


def test_score_members_versions_and_fingerprint_are_told() -> None:
    score = {"metric": "nauc", "test": 0.9, "test_interval": [0.85, 0.95]}
    source = replace(source_of(model_of(TABLE, constant(TABLE))), result={"score": score}, fingerprint="ab" * 32)
    described = describe(source)
    assert json.loads(described[PREFIX + "score"]) == score
    assert described[PREFIX + "model_sha256"] == "ab" * 32
    assert json.loads(described[PREFIX + "members"]) == [{"name": "constant 0", "kind": "constant", "weight": 1.0}]
    assert {"autodidact-studio", "onnx", "onnxruntime"} <= json.loads(described[PREFIX + "versions"]).keys()


def test_a_picture_that_cannot_be_read_has_its_answer() -> None:
    model = model_of(PICTURES, thumbnail(PICTURES))
    metadata = read_metadata(describe(source_of(model)))
    assert metadata.unreadable is not None
    np.testing.assert_allclose(metadata.unreadable, constant(PICTURES).answer)


def test_what_was_written_is_read_back() -> None:
    for task in (TABLE, NUMBER, PICTURES):
        assert read_metadata(describe(source_of(model_of(task, constant(task))))).task == task


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("format", None, "was not exported by Autodidact Studio"),
        ("format", "2", "newer version"),
        ("format", "one", "newer version"),
        ("task", None, "damaged"),
        ("task", "{", "damaged"),
        ("task", '{"modality": "smell"}', "damaged"),
        ("task", "[" * 100_000, "damaged"),
        ("unreadable", "[0.5]", "damaged"),
        ("unreadable", '"abc"', "damaged"),
    ],
)
def test_damaged_metadata_is_refused(key: str, value: str | None, why: str) -> None:
    words = describe(source_of(model_of(PICTURES, constant(PICTURES))))
    words.pop(PREFIX + key)
    with pytest.raises(NotOurs, match=why):
        read_metadata(words if value is None else {**words, PREFIX + key: value})
