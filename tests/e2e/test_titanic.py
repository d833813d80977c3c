"""A real table, scored from outside with scikit-learn on the files that ``--predict`` leaves."""

from __future__ import annotations

import json
from pathlib import Path

from sklearn.metrics import roc_auc_score

from tests.e2e.conftest import Autodidact, read_csv


def test_titanic_is_learned_well_within_seconds(autodidact: Autodidact, shared_data: Path, tmp_path: Path) -> None:
    train, test = shared_data / "titanic" / "train.csv", shared_data / "titanic" / "test.csv"
    run = tmp_path / "run"
    outcome = autodidact(
        "train", train, "--target", "Survived", "--budget", "6s", "--out", run, "--predict", test, "--test-fraction", 0
    )
    assert outcome.code == 0, outcome.err
    result = json.loads((run / "result.json").read_text())
    assert result["n_test"] == 0 and result["score"]["test"] is None
    assert result["t_first_s"] < 6.0  # how fast it is on a quiet machine is measured in tests/benchmarks
    files = sorted((run / "predictions").glob("*.csv"), key=lambda file: int(file.stem))
    truth = [row["Survived"] for row in read_csv(test)]
    chances = [float(row["1"]) for row in read_csv(files[-1])]
    assert 2 * roc_auc_score(truth, chances, labels=["0", "1"]) - 1 > 0.6
