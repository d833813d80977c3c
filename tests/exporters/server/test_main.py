"""The process: its options, its environment and how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from exporters.server.__main__ import main
from tests.exporters.graphs import altered
from tests.exporters.server.client import ROOT, serving


def test_a_folder_that_is_no_package_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--port", "0"], {}) == 1
    assert "manifest.json" in capsys.readouterr().err


def test_bad_usage_ends_with_two(rows: Path) -> None:
    for words in (["--port", "many"], ["--no-such-option"]):
        with pytest.raises(SystemExit) as ended:
            main([str(rows), *words], {})
        assert ended.value.code == 2


def test_a_token_that_no_header_can_carry_starts_nothing(rows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(rows), "--port", "0"], {"AUTODIDACT_TOKEN": "two words"}) == 1
    assert "token" in capsys.readouterr().err


def test_the_environment_sets_what_the_words_do_not(rows: Path) -> None:
    with serving(rows, AUTODIDACT_MAX_BODY="0.0001", AUTODIDACT_TOKEN="") as server:
        assert server.post("/predict", bytes(200), "text/csv").status == 413
        assert server.get("/metadata").status == 200


def test_it_measures_at_the_start_where_nothing_was_kept_and_ends_with_zero(rows: Path) -> None:
    with serving(rows, "--tune-seconds", "0.1", "--max-latency", "1000") as server:
        line = next(line for line in server.log if line["event"] == "settings")
        assert line["target_met"] and line["target_ms"] == 1000 and line["tried"]
        serves = server.get("/metadata").json["serving"]
        assert set(serves) == {"workers", "threads", "batch"}
        assert server.stop() == 0
    (rows / "serving.json").unlink()


def test_the_process_ends_under_work_that_does_not() -> None:
    code = (
        "import atexit, time; from exporters.server import __main__ as server\n"
        "from exporters.server.threads import Threads\n"
        "atexit.register(print, 'taken down under it')\n"
        "Threads(1, 'work').submit(lambda: time.sleep(60))\n"
        "server.main = lambda: 7\nprint('ended')\nserver._main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (7, "ended\n")


def test_it_imports_nothing_heavy(rows: Path) -> None:
    code = (
        "import sys; import exporters.server.running, exporters.server.choosing, exporters.server.__main__\n"
        "from pathlib import Path; from exporters.standalone.package import Package\n"
        "from exporters.server.app import make_app; from exporters.server.settings import Settings\n"
        f"make_app(Package.open(Path({str(rows)!r})), Settings())\n"
        "print([m for m in ('torch','polars','onnx','sklearn','lightgbm','PySide6','scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_a_model_whose_graph_does_not_answer_as_it_says_is_not_served(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def twice(graph: onnx.GraphProto) -> None:
        for node in graph.node:
            node.output[:] = ["once" if name == "probabilities" else name for name in node.output]
            node.input[:] = ["once" if name == "probabilities" else name for name in node.input]
        graph.initializer.append(numpy_helper.from_array(np.array([2, 1]), "twice"))
        graph.node.append(helper.make_node("Tile", ["once", "twice"], ["probabilities"]))

    strange = altered(rows, tmp_path / "strange", twice)
    assert main([str(strange), "--port", "0", "--tune-seconds", "0"], {}) == 1
    assert "answered in the shapes" in capsys.readouterr().err
