"""The pretrained network as it is, at 224 pixels, and logistic regression on what it sees; C by 5 folds."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegressionCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.benchmarks.peers import common
from tests.benchmarks.peers.pictures import network, pictures, tensor, use_all_cores

_SIDE, _BATCH = 224, 32


def _features(model: Any, pixels: Any) -> Any:
    with torch.inference_mode():
        maps = [model.forward_features(tensor(pixels[at : at + _BATCH])) for at in range(0, len(pixels), _BATCH)]
        return torch.cat([batch.mean((2, 3)) for batch in maps]).numpy()


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    use_all_cores()
    model = network().eval()
    inputs = _features(model, pictures(job, "train", _SIDE))
    head: Any = LogisticRegressionCV(
        Cs=np.logspace(-4, 0, 5),
        l1_ratios=(0.0,),
        cv=5,
        scoring="neg_log_loss",
        max_iter=300,
        random_state=job.seed,
        use_legacy_attributes=False,
    )
    if job.case.kind == "multilabel":
        head = OneVsRestClassifier(head)
    fitted = make_pipeline(StandardScaler(), head).fit(inputs, job.codes)
    since = time.monotonic()
    answers = fitted.predict_proba(_features(model, pictures(job, "test", _SIDE)))
    job.measured(since, common.pickled_mb(fitted))
    job.write(answers)


if __name__ == "__main__":
    main()
