"""The logistic regression that peers put on what a frozen network makes of samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegressionCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.benchmarks.peers.common import Job
from tests.benchmarks.peers.parallel import folds_together


def searched(low: int, high: int, seed: int, most: int) -> Any:
    """Return a logistic regression whose C is found by 5 folds, of five from ten to ``low`` to ten to ``high``."""
    return LogisticRegressionCV(
        Cs=np.logspace(low, high, 5),
        l1_ratios=(0.0,),
        cv=5,
        scoring="neg_log_loss",
        max_iter=most,
        random_state=seed,
        use_legacy_attributes=False,
    )


def on_features(job: Job, inputs: Any) -> Any:
    """Return one that is fitted to features [n, d] of the train part, each of them scaled."""
    head = searched(-4, 0, job.seed, most=300)
    if job.case.kind == "multilabel":
        head = OneVsRestClassifier(head)
    with folds_together():
        return make_pipeline(StandardScaler(), head).fit(inputs, job.codes)
