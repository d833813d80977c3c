"""What a model's texts have to be made into, as its file says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine.modalities.text.samples import TextSamples
from exporters.errors import NotOurs
from exporters.onnx.inputs import form_of, form_of_file
from exporters.onnx.inputs.text import TextForm
from exporters.onnx.metadata import PREFIX, describe, read_metadata
from tests.exporters.models import constant, model_of, source_of
from tests.exporters.texts import IN_COLUMNS, TEXTS, features, network, ngrams, reviews, shallow


def form(*members: Any, task: Any = TEXTS) -> TextForm:
    found = form_of(model_of(task, *members))
    assert isinstance(found, TextForm)
    return found


def test_a_model_asks_for_what_its_parts_look_at_and_no_more() -> None:
    kinds = [feature["kind"] for feature in form(ngrams(TEXTS)).reading["features"]]
    assert kinds == ["ngrams"] * 3
    assert [f["kind"] for f in form(shallow(TEXTS)).reading["features"]] == ["sequence"]
    assert [f["kind"] for f in form(constant(TEXTS)).reading["features"]] == ["letters"]


def test_parts_with_the_same_ngrams_share_their_inputs() -> None:
    assert form(ngrams(TEXTS), ngrams(TEXTS)).names == form(ngrams(TEXTS)).names


def test_each_depth_of_looking_has_its_shares() -> None:
    (words,) = form(features(TEXTS, 1), features(TEXTS, 2), network(TEXTS, 1)).reading["features"]
    assert words["looks"] == [2, 4, 16]
    assert words["inputs"] == ["words", "shares_2", "shares_4", "shares_16"]


def test_the_tokenizer_goes_along_where_it_is_needed() -> None:
    assert form(ngrams(TEXTS)).files() == {}
    (name, content), *rest = form(features(TEXTS)).files().items()
    assert (name, rest) == ("tokenizer.json", [])
    assert json.loads(content)["model"]["type"] == "WordPiece"


def test_the_file_says_what_every_input_is() -> None:
    members = (ngrams(IN_COLUMNS), shallow(IN_COLUMNS), features(IN_COLUMNS))
    described = form(*members, task=IN_COLUMNS).described()
    feeds = next(form(*members, task=IN_COLUMNS).calls(TextSamples(reviews(5, 2)))).feeds
    assert [entry["name"] for entry in described] == list(feeds)
    for entry in described:
        array = feeds[entry["name"]]
        assert (str(array.dtype), array.ndim) == (entry["type"], len(entry["shape"]))
        assert entry["shape"][0] != "N" or len(array) == 5
        assert entry["meaning"]


def test_a_form_is_read_back_from_a_file() -> None:
    model = model_of(IN_COLUMNS, ngrams(IN_COLUMNS), shallow(IN_COLUMNS))
    read = read_metadata(describe(source_of(model)))
    assert read.form.names == form_of(model).names
    assert read.form.reading == form_of(model).reading


@pytest.mark.parametrize("change", [{"features": [{}]}, {"columns": 0}, {"letters": "many"}, {"features": 3}])
def test_a_damaged_reading_in_a_file_is_refused(change: dict[str, Any]) -> None:
    words = describe(source_of(model_of(TEXTS, ngrams(TEXTS))))
    words[PREFIX + "reading"] = json.dumps({**json.loads(words[PREFIX + "reading"]), **change})
    with pytest.raises(NotOurs, match="damaged"):
        read_metadata(words)


def test_two_features_with_one_input_are_refused() -> None:
    reading = dict(form(ngrams(TEXTS)).reading)
    with pytest.raises(ValueError, match="one name"):
        form_of_file(TEXTS, {**reading, "features": [reading["features"][0]] * 2})


def test_texts_are_asked_about_in_calls_of_like_lengths_and_each_once() -> None:
    texts = [("word " * length,) for length in (1, 3000, 2, 700, 3, 3100, 0)]
    calls = list(form(shallow(TEXTS)).calls(TextSamples(texts)))
    assert sorted(row for call in calls for row in call.rows) == list(range(len(texts)))
    assert calls[0].rows.tolist() == [6, 0, 2, 4]
    assert max(len(call.rows) for call in form(shallow(TEXTS)).calls(TextSamples([("word",)] * 1000))) <= 256


def test_every_text_has_an_answer() -> None:
    assert form(ngrams(TEXTS)).unreadable() is None
    assert np.isfinite(next(form(ngrams(TEXTS)).calls(TextSamples([("",)]))).feeds["ngrams_1_sizes"]).all()
