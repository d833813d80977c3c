"""A pretrained network as it is, and logistic regression on what it sees; C by 5 folds.

The second word of the command line names the network, which sees at the resolution that it was made for.
"""

from __future__ import annotations

import sys
import time
from functools import cache
from typing import Any

import torch

from tests.benchmarks.peers import common, heads
from tests.benchmarks.peers.pictures import LARGE, SMALL, network, pictures, tensor, use_all_cores

_SIDES = {SMALL: 224, LARGE: 260}
_BATCH = 32


@cache
def _network(name: str) -> Any:
    return network(name).eval()


def _features(name: str, job: common.Job, part: str) -> Any:
    model, pixels = _network(name), pictures(job, part, _SIDES[name])
    with torch.inference_mode():
        maps = [model.forward_features(tensor(pixels[at : at + _BATCH])) for at in range(0, len(pixels), _BATCH)]
        return torch.cat([batch.mean((2, 3)) for batch in maps]).numpy()


def main() -> None:
    """Fit, predict, write."""
    job, name = common.job(), sys.argv[2]
    use_all_cores()
    fitted = heads.on_features(job, _features(name, job, "train"))
    since = time.monotonic()
    answers = fitted.predict_proba(_features(name, job, "test"))
    job.measured(since)
    job.weighs(common.pickled_mb(fitted))
    job.write(answers)


if __name__ == "__main__":
    main()
