"""AutoGluon: TabularPredictor.fit with the time limit, maximising ROC AUC; its default preset."""

from __future__ import annotations

import tempfile

import pandas as pd
from autogluon.tabular import TabularPredictor

from tests.benchmarks.peers import common


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    train = pd.read_csv(job.train)
    metric = "roc_auc" if train[job.target].nunique() == 2 else "roc_auc_ovr_macro"
    with tempfile.TemporaryDirectory() as folder:
        predictor = TabularPredictor(job.target, eval_metric=metric, path=folder, verbosity=0)
        predictor.fit(train, time_limit=job.budget_s)
        answers = predictor.predict_proba(pd.read_csv(job.test).drop(columns=job.target))
    job.write(answers.columns, answers.to_numpy())


if __name__ == "__main__":
    main()
