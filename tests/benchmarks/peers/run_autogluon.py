"""AutoGluon: TabularPredictor.fit with the time that is left, maximising ROC AUC or R².

The preset is the second word of the command line; without one it is AutoGluon's default.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from autogluon.tabular import TabularPredictor

from tests.benchmarks.peers import common


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    target, numbers = job.case.target, job.case.kind == "regression"
    train = pd.read_csv(job.data / job.case.train)
    metric = "r2" if numbers else "roc_auc" if train[target].nunique() == 2 else "roc_auc_ovr_macro"
    with tempfile.TemporaryDirectory() as folder:
        predictor = TabularPredictor(target, eval_metric=metric, path=folder, verbosity=0)
        predictor.fit(train, time_limit=job.left_to_learn, presets=sys.argv[2] if len(sys.argv) > 2 else None)
        test = pd.read_csv(job.data / job.case.test).drop(columns=target)
        since = time.monotonic()
        answers = predictor.predict(test) if numbers else predictor.predict_proba(test)
        kept = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    job.measured(since, kept / common.MEGABYTE)
    job.notes["members"] = str(predictor.model_best)
    job.write(answers.to_numpy(), () if numbers else answers.columns)


if __name__ == "__main__":
    main()
