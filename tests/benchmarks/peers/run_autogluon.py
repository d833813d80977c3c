"""AutoGluon: TabularPredictor.fit with the time that is left, maximising ROC AUC or R².

The preset is the second word of the command line; without one it is AutoGluon's default. Asked with ``--size`` in its
place, once it has learned, this prints the megabytes of what AutoGluon keeps of its predictor for deployment.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pandas as pd
from autogluon.tabular import TabularPredictor

from tests.benchmarks.peers import common


def main() -> None:
    """Fit, predict, write; or tell the size."""
    job = common.job()
    folder = job.out.with_name("predictor")
    if sys.argv[2:] == ["--size"]:
        print(_size_mb(folder))
    else:
        _learn(job, folder, sys.argv[2] if len(sys.argv) > 2 else None)


def _learn(job: common.Job, folder: Path, preset: str | None) -> None:
    target, numbers = job.case.target, job.case.kind == "regression"
    train = pd.read_csv(job.data / job.case.train)
    metric = "r2" if numbers else "roc_auc" if train[target].nunique() == 2 else "roc_auc_ovr_macro"
    # The seed of what is held out, and of the models of folds; models that are not fitted to folds keep their own, 0.
    seeds = {"random_state": job.seed}
    predictor = TabularPredictor(target, eval_metric=metric, path=str(folder), verbosity=0, learner_kwargs=seeds)
    folds = {"model_random_seed": job.seed}
    predictor.fit(train, time_limit=job.left_to_learn, presets=preset, ag_args_ensemble=folds)
    test = pd.read_csv(job.data / job.case.test).drop(columns=target)
    since = time.monotonic()
    answers = predictor.predict(test) if numbers else predictor.predict_proba(test)
    job.measured(since)
    job.notes["members"] = str(predictor.model_best)
    job.write(answers.to_numpy(), () if numbers else answers.columns)


def _size_mb(folder: Path) -> float:
    kept = TabularPredictor.load(str(folder), verbosity=0).clone_for_deployment(str(folder.with_name("deployed")))
    return sum(file.stat().st_size for file in Path(kept).rglob("*") if file.is_file()) / common.MEGABYTE


if __name__ == "__main__":
    main()
