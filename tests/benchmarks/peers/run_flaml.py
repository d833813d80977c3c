"""FLAML: AutoML.fit with the time budget, maximising ROC AUC; all else as it comes."""

from __future__ import annotations

from flaml import AutoML

from tests.benchmarks.peers import common


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    train, labels, test = job.categories()
    metric = "roc_auc" if labels.nunique() == 2 else "roc_auc_ovr"
    model = AutoML()
    model.fit(train, labels, task="classification", metric=metric, time_budget=job.budget_s, seed=job.seed, verbose=0)
    job.write(model.classes_, model.predict_proba(test))


if __name__ == "__main__":
    main()
