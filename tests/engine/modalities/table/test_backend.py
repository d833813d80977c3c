"""How LightGBM is imported."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import sys
from engine.modalities.table.backend import load_lightgbm
lightgbm = load_lightgbm()
assert load_lightgbm() is lightgbm
print("sklearn.base" in sys.modules)
import sklearn.ensemble
print(sklearn.ensemble.ExtraTreesClassifier.__name__)
"""

THREADS = """
import threading
import numpy as np
from engine.modalities.table.backend import load_lightgbm, quiet_thread
def train():
    quiet_thread()
    lightgbm = load_lightgbm()
    data = lightgbm.Dataset(np.zeros((50, 1)), np.arange(50.0), params={"verbosity": -1})
    booster = lightgbm.Booster({"verbosity": -1}, data)
    other = threading.Thread(target=lambda: (quiet_thread(), booster.update()))
    other.start()
    other.join()
threads = [threading.Thread(target=train) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="elsewhere scikit-learn must come first")
def test_scikit_learn_is_not_dragged_in_and_can_be_imported_afterwards() -> None:
    assert run(SCRIPT).split() == ["False", "ExtraTreesClassifier"]


def test_no_thread_lets_lightgbm_write_to_stdout() -> None:
    assert run(THREADS) == ""
