"""LightGBM as it comes: default settings, category columns marked as such."""

from __future__ import annotations

from lightgbm import LGBMClassifier

from tests.benchmarks.peers import common


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    train, labels, test = job.categories()
    model = LGBMClassifier(random_state=job.seed, verbosity=-1)
    model.fit(train, labels)
    job.write(model.classes_, model.predict_proba(test))


if __name__ == "__main__":
    main()
