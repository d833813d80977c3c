"""A pretrained network as it is, and logistic regression on what it sees or hears; C by 5 folds.

The second word of the command line names the network: one of those for pictures, at the resolution that it was made
for, that of sound events, of whose patches the means are taken, or that of speech.
"""

from __future__ import annotations

import sys
import time
from functools import cache
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegressionCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.benchmarks.peers import common
from tests.benchmarks.peers.pictures import LARGE, SMALL, network, pictures, tensor, use_all_cores

_SIDES = {SMALL: 224, LARGE: 260}
_BATCH = 32


@cache
def _network(name: str) -> Any:
    return network(name).eval()


def _features(name: str, job: common.Job, part: str) -> Any:
    if name not in _SIDES:
        from tests.benchmarks.peers import sounds

        heard = {"yamnet": sounds.events, "speech": sounds.speech}[name]
        return np.stack([heard(file) for file in job.files(part)])
    model, pixels = _network(name), pictures(job, part, _SIDES[name])
    with torch.inference_mode():
        maps = [model.forward_features(tensor(pixels[at : at + _BATCH])) for at in range(0, len(pixels), _BATCH)]
        return torch.cat([batch.mean((2, 3)) for batch in maps]).numpy()


def main() -> None:
    """Fit, predict, write."""
    job, name = common.job(), sys.argv[2]
    use_all_cores()
    inputs = _features(name, job, "train")
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
    answers = fitted.predict_proba(_features(name, job, "test"))
    job.measured(since, common.pickled_mb(fitted))
    job.write(answers)


if __name__ == "__main__":
    main()
