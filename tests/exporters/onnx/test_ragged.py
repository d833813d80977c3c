"""Lists of different lengths in a graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.onnx.graph import DOUBLE, FLOAT, INT64, Graph
from exporters.onnx.ragged import NOWHERE, greatest, owners, places, summed
from exporters.onnx.runtime import ort_session

SIZES = st.lists(st.integers(0, 4), min_size=1, max_size=6).map(lambda sizes: np.array(sizes, dtype=np.int64))


def _reductions() -> Graph:
    graph = Graph(["sizes", "values", "owner", "sum", "most"])
    sizes, values = graph.add_input("sizes", INT64, ["N"]), graph.add_input("values", DOUBLE, ["P", 2])
    owner, rows = owners(graph, sizes, values), graph.add("Shape", sizes)
    graph.add_output(owner, "owner", INT64, ["P"])
    graph.add_output(summed(graph, values, owner, rows, 2), "sum", DOUBLE, ["N", 2])
    graph.add_output(greatest(graph, graph.cast(values, FLOAT), owner, rows, 2), "most", FLOAT, ["N", 2])
    return graph


SESSION = ort_session(_reductions().build("ragged", {}).SerializeToString())


@settings(max_examples=60, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 99))
def test_entries_are_summed_over_the_samples_they_belong_to(
    sizes: np.ndarray[tuple[int], np.dtype[np.int64]], seed: int
) -> None:
    values = np.random.default_rng(seed).random((int(sizes.sum()), 2))
    owner, total, most = SESSION.run(None, {"sizes": sizes, "values": values})
    rows = np.repeat(np.arange(len(sizes)), sizes)
    np.testing.assert_array_equal(owner, rows)
    for row in range(len(sizes)):
        mine = values[rows == row]
        np.testing.assert_allclose(total[row], mine.sum(axis=0), rtol=1e-14)
        np.testing.assert_array_equal(most[row], mine.max(axis=0, initial=0.0).astype(np.float32))


def test_sizes_that_lie_take_no_memory() -> None:
    two = np.ones((2, 2))
    (total,) = SESSION.run(["sum"], {"sizes": np.array([10**15], dtype=np.int64), "values": two})
    assert total.tolist() == [[2.0, 2.0]]
    with pytest.raises(Exception, match="bound"):
        SESSION.run(None, {"sizes": np.array([10**15, 1], dtype=np.int64), "values": two})


def test_many_entries_of_one_sample_are_all_counted() -> None:
    """A reduction that runs in several threads without locks loses some of them."""
    count = 200_000
    feeds = {"sizes": np.array([0, count], dtype=np.int64), "values": np.ones((count, 2))}
    assert SESSION.run(["sum"], feeds)[0].tolist() == [[0.0, 0.0], [count, count]]


def test_keys_are_found_among_the_known_ones() -> None:
    known = np.array([3, 7, 2**32 - 1], dtype=np.uint32)
    graph = Graph(["keys", "a", "b", "c"])
    keys = graph.add_input("keys", INT64, ["P"])
    graph.add_output(places(graph, keys, known), "a", INT64, ["P"])
    graph.add_output(places(graph, keys, known, first=2, unknown=1), "b", INT64, ["P"])
    graph.add_output(places(graph, keys, known[:0]), "c", INT64, ["P"])
    asked = np.array([7, 5, 2**32 - 1, -1, 3], dtype=np.int64)
    found = ort_session(graph.build("places", {}).SerializeToString()).run(None, {"keys": asked})
    assert [list(answer) for answer in found] == [[1, NOWHERE, 2, NOWHERE, 0], [3, 1, 4, 1, 2], [NOWHERE] * 5]
