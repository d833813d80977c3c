"""FLAML: AutoML.fit with the time that is left, maximising ROC AUC or R²; all else as it comes."""

from __future__ import annotations

import time

from flaml import AutoML

from tests.benchmarks.peers import common


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    train, labels, test = job.frames()
    numbers = job.case.kind == "regression"
    metric = "r2" if numbers else "roc_auc" if labels.nunique() == 2 else "roc_auc_ovr"
    task = "regression" if numbers else "classification"
    model = AutoML()
    model.fit(train, labels, task=task, metric=metric, time_budget=job.left_to_learn, seed=job.seed, verbose=0)
    since = time.monotonic()
    answers = model.predict(test) if numbers else model.predict_proba(test)
    job.measured(since)
    job.weighs(common.pickled_mb(model.model))
    job.notes["members"] = str(model.best_estimator)
    job.write(answers, () if numbers else model.classes_)


if __name__ == "__main__":
    main()
