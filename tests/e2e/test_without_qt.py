"""Nothing but the studio imports Qt, and the command line leaves torch to its workers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from engine.worker.handle import attach
from tests.e2e.conftest import PATIENCE_S, Data, told, wait

PROBE = """
import json, sys
from studio.cli import main
codes = [main(words) for words in json.loads(sys.argv[1])]
print(json.dumps([codes, [name for name in ("PySide6", "pyqtgraph", "torch") if name in sys.modules]]))
"""


def _probe(*commands: tuple[object, ...]) -> subprocess.Popen[str]:
    """Start a process that carries out commands, one after the other, and then says what it has loaded."""
    words = json.dumps([[str(word) for word in command] for command in commands])
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-c", PROBE, words], stdin=nothing, stdout=pipe, stderr=pipe, text=True)


def _loaded(probe: subprocess.Popen[str]) -> list[str]:
    out, err = probe.communicate(timeout=PATIENCE_S)
    assert probe.returncode == 0, err
    codes, loaded = json.loads(out.splitlines()[-1])
    assert not any(codes), err
    return list(loaded)


def test_training_and_predicting_load_no_qt_and_training_no_torch(snakes: Data, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with _probe(("train", snakes.train, "--target", "kind", "--budget", "60s", "--out", run)) as training:
        wait(lambda: told(run).count("point") >= 2)  # the first is of the class shares, before any learning
        worker = attach(run)
        assert worker is not None
        worker.send("finish")
        assert _loaded(training) == []
    asking = (
        ("predict", run, snakes.test, "--out", tmp_path / "out.csv"),
        ("evaluate", run, snakes.test),
        ("export", run, "--out", tmp_path / "exported"),
    )
    with _probe(*asking) as probe:
        assert set(_loaded(probe)) <= {"torch"}


def test_importing_loads_neither(stripes: Data, tmp_path: Path) -> None:
    with _probe(("import", stripes.train, "--project", tmp_path / "project")) as probe:
        assert _loaded(probe) == []
