"""Raw outputs to predictions: compared with the engine's link."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arrays import FloatArray
from engine.modalities.table.target import Link
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.link import apply_link
from exporters.onnx.runtime import ort_session

LINKS = [Link("sigmoid"), Link("softmax"), Link("sigmoids"), Link("identity", 1e5, -3.0), Link("exp", 0.5, 10.0)]


def run(link: Link, raw: FloatArray) -> FloatArray:
    graph = Graph(["x", "y"])
    graph.add_input("x", DOUBLE, ["N", raw.shape[1]])
    graph.add_output(apply_link(graph, link, "x"), "y", DOUBLE, ["N", "outputs"])
    answers: FloatArray = ort_session(graph.build("link", {}).SerializeToString()).run(None, {"x": raw})[0]
    return answers


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.name)
@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.floats(-800.0, 800.0), min_size=1, max_size=6))
def test_every_link_answers_as_the_engines(link: Link, values: list[float]) -> None:
    raw = np.array(values)[:, None]
    raw = np.hstack([raw, raw[::-1], np.zeros_like(raw)]) if link.name in ("softmax", "sigmoids") else raw
    np.testing.assert_allclose(run(link, raw), link.apply(raw), rtol=1e-12, atol=1e-15)
