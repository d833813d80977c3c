"""Graphs whose numbers stay in their file: the same answers from less memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from exporters.standalone.errors import NotAPackage
from exporters.standalone.halt import Halt
from exporters.standalone.session import Session, load_runtime, quiet_session
from exporters.standalone.weights import without_numbers
from tests.exporters.server.client import ROOT

WIDTH = 300
_WORDS = 40_000
_MB = 1_000_000


def saved(path: Path, words: int = 1000, name: str = "graph") -> Path:
    """A table of words, a product with a large matrix, and numbers that are written one by one."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(words, WIDTH)).astype(np.float32)
    matrix = rng.normal(size=(WIDTH, WIDTH)).astype(np.float32)
    small = np.arange(WIDTH, dtype=np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "words"], ["rows"]),
        helper.make_node("MatMul", ["rows", "matrix"], ["product"]),
        helper.make_node("Add", ["product", "small"], ["sum"]),
        helper.make_node("Mul", ["sum", "listed"], ["out"]),
    ]
    listed = helper.make_tensor("listed", TensorProto.FLOAT, [1], [0.5])
    values = [numpy_helper.from_array(v, n) for v, n in ((table, "table"), (matrix, "matrix"), (small, "small"))]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("words", TensorProto.INT64, ["N"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["N", WIDTH])],
        [*values, listed],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    path.write_bytes(model.SerializeToString())
    return path


@settings(max_examples=8, deadline=None)
@given(shift=st.integers(0, 130))
def test_wherever_the_numbers_begin_the_answers_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, shift: int
) -> None:
    path = saved(tmp_path_factory.mktemp("shifted") / "model.onnx", name="g" * (1 + shift))
    slim = without_numbers(path)
    assert slim is not None and len(slim) < 10_000 < path.stat().st_size
    runtime, _ = load_runtime()
    feeds = {"words": np.array([0, 999, 7, 7])}
    whole = quiet_session(runtime, str(path), 1).run(["out"], feeds)[0]
    assert np.array_equal(Session(path, 1).run(["out"], feeds, Halt())[0], whole)
    assert np.array_equal(quiet_session(runtime, slim, 1, path.parent).run(["out"], feeds)[0], whole)


def test_what_is_left_out_is_the_numbers_alone(tmp_path: Path) -> None:
    path = saved(tmp_path / "model.onnx")
    slim, whole = onnx.load_from_string(without_numbers(path) or b""), onnx.load(path)
    assert [node.SerializeToString() for node in slim.graph.node] == [n.SerializeToString() for n in whole.graph.node]
    content = path.read_bytes()
    for mine, theirs in zip(slim.graph.initializer, whole.graph.initializer, strict=True):
        assert (mine.name, list(mine.dims), mine.data_type) == (theirs.name, list(theirs.dims), theirs.data_type)
        said = {entry.key: entry.value for entry in mine.external_data}
        if said:
            begin, size = int(said["offset"]), int(said["length"])
            assert content[begin : begin + size] == theirs.raw_data
            assert said["location"] == "model.onnx"
        else:
            assert mine.SerializeToString() == theirs.SerializeToString()
    assert sum(len(one.external_data) > 0 for one in slim.graph.initializer) == 2


def test_a_file_of_few_numbers_or_of_none_is_opened_as_a_whole(tmp_path: Path, folders: dict[str, Path]) -> None:
    assert without_numbers(folders["table"] / "model.onnx") is None
    (tmp_path / "noise.onnx").write_bytes(np.random.default_rng(0).bytes(200_000))
    assert without_numbers(tmp_path / "noise.onnx") is None


def test_a_table_of_words_takes_no_room_but_for_the_rows_asked_for(tmp_path: Path) -> None:
    path = saved(tmp_path / "model.onnx", _WORDS)
    code = (
        "import sys, json, numpy as np; from pathlib import Path\n"
        "from exporters.standalone.session import Session, load_runtime; from exporters.standalone.halt import Halt\n"
        "def held(): return int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "load_runtime(); before = held(); one = Session(Path(sys.argv[1]), 1)\n"
        "one.run(['out'], {'words': np.array([5])}, Halt()); print(json.dumps(held() - before))"
    )
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system does not tell how much memory a process holds")
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(done.stdout) < 25 * _MB < _WORDS * WIDTH * 4


def test_what_a_call_trips_over_is_said_once_and_printed_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    session = Session(saved(tmp_path / "model.onnx"), 1)
    with pytest.raises(NotAPackage, match="out of data bounds"):
        session.run(["out"], {"words": np.array([10**6])}, Halt())
    assert capfd.readouterr() == ("", "")
