"""Statistics of log-mel bands and MFCC over time, and a support vector machine; C by 3 folds of the train part.

Its margins are turned into probabilities by Platt's way on 5 folds.
"""

from __future__ import annotations

import time

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from tests.benchmarks.peers import common, sounds
from tests.benchmarks.peers.parallel import folds_together, mapped


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    inputs = np.stack(mapped(sounds.statistics, job.train.files))
    machine = make_pipeline(StandardScaler(), SVC(random_state=job.seed))
    with folds_together():
        search = GridSearchCV(machine, {"svc__C": [1.0, 10.0, 100.0]}, cv=3).fit(inputs, job.codes)
        calibrated = CalibratedClassifierCV(search.best_estimator_, ensemble=False).fit(inputs, job.codes)
    since = time.monotonic()
    asked = np.stack(mapped(sounds.statistics, job.test.files))
    answers = calibrated.predict_proba(asked)
    job.measured(since)
    job.weighs(common.pickled_mb(calibrated))
    job.notes["settings"] = f"C {search.best_params_['svc__C']:g}"
    job.write(answers)


if __name__ == "__main__":
    main()
