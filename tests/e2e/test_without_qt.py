"""Nothing but the studio imports Qt, and the command line leaves torch to its workers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Data

PROBE = """
import json, sys
from studio.cli import main
code = main(json.loads(sys.argv[1]))
print(json.dumps([code, [name for name in ("PySide6", "pyqtgraph", "torch") if name in sys.modules]]))
"""


def _loaded(*words: object) -> list[str]:
    probe = [sys.executable, "-c", PROBE, json.dumps([str(word) for word in words])]
    done = subprocess.run(probe, capture_output=True, text=True, timeout=60, check=True)
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    return list(loaded)


def test_training_and_predicting_load_no_qt_and_training_no_torch(snakes: Data, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert _loaded("train", snakes.train, "--target", "kind", "--budget", "5s", "--out", run) == []
    for words in (
        ("predict", run, snakes.test, "--out", tmp_path / "out.csv"),
        ("evaluate", run, snakes.test),
        ("export", run, "--out", tmp_path / "exported"),
    ):
        assert set(_loaded(*words)) <= {"torch"}


@pytest.mark.parametrize("words", [("import", "--project")])
def test_importing_loads_neither(words: tuple[str, str], stripes: Data, tmp_path: Path) -> None:
    assert _loaded(words[0], stripes.train, words[1], tmp_path / "project") == []
