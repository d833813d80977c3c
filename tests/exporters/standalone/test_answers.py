"""Answers in words, in JSON, and how far apart two of them are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from exporters.standalone.answers import Answer, answer_of
from exporters.standalone.replay import apart

ONE = answer_of("multiclass", ("a", "b"), np.array([0.25, 0.75]))
SEVERAL = answer_of("multilabel", ("a", "b", "c"), np.array([0.5, 0.75, 0.1]))
NONE = answer_of("multilabel", ("a",), np.array([0.1]))
NUMBER = answer_of("regression", (), np.array([12345.678]))


def test_answers_are_said_in_words() -> None:
    said = [answer.sentence() for answer in (ONE, SEVERAL, NONE, NUMBER)]
    assert said == ["b (75.0%)", "a (50.0%), b (75.0%)", "none of the classes", "12345.7"]


def test_answers_are_plain_json() -> None:
    assert ONE.to_json() == {"label": "b", "probabilities": {"a": 0.25, "b": 0.75}}
    assert SEVERAL.to_json() == {"labels": ["a", "b"], "probabilities": {"a": 0.5, "b": 0.75, "c": 0.1}}
    assert NUMBER.to_json() == {"number": 12345.678}
    assert Answer(number=math.inf).to_json() == {"number": None}
    unsure = answer_of("multilabel", ("a", "b"), np.array([math.nan, 1.0]), [False, True])
    assert unsure.to_json() == {"labels": ["b"], "probabilities": {"a": None, "b": 1.0}}


def test_what_the_model_names_goes_before_what_its_numbers_say() -> None:
    assert answer_of("multiclass", ("a", "b"), np.array([0.5, 0.5]), "b").label == "b"
    assert answer_of("multilabel", ("a", "b"), np.array([0.5, 0.5]), [False, True]).labels == ("b",)


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ({"label": "a", "probabilities": {"a": 1.0}}, {"label": "a", "probabilities": {"a": 0.9}}, 0.1),
        ({"number": 1000.0}, {"number": 1001.0}, 0.001),
        ({"number": 0.001}, {"number": 0.002}, 0.001),
        ({"number": None}, {"number": None}, 0.0),
        ({"number": None}, {"number": 1.0}, math.inf),
        ({"number": 1.0}, {"number": True}, math.inf),
        ({"number": 1.0}, {"number": "1"}, math.inf),
        ({"number": 1.0}, {"number": 10**400}, math.inf),
        ({"number": 1.0}, {"label": "a"}, math.inf),
        ({"number": 1.0}, None, math.inf),
        ({"label": "a", "probabilities": {"a": 1.0}}, {"label": "a", "probabilities": {"b": 1.0}}, math.inf),
        ({"label": "a", "probabilities": {"a": 1.0}}, {"label": "a", "probabilities": [1.0]}, math.inf),
        ({"label": "a", "probabilities": {"a": None}}, {"label": "a", "probabilities": {"a": 1.0}}, math.inf),
        ({"label": "a", "probabilities": {"a": math.nan}}, {"label": "a", "probabilities": {"a": 1.0}}, math.inf),
    ],
)
def test_the_distance_of_two_answers(one: dict[str, Any], other: Any, difference: float) -> None:
    assert apart(one, other) == pytest.approx(difference)
