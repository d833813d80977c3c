"""Samples of which is known what they are, to suggest labels for."""

from __future__ import annotations

import numpy as np

from engine.arrays import Float32Array, IntArray
from labeling.suggest.pool import Known, Pool


def blobs(count: int, classes: int, seed: int = 0, far: float = 3.0) -> tuple[Float32Array, IntArray]:
    """Return features [count, 30] around one centre a class, and the classes [count]."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, count)
    centres = far * random.normal(size=(classes, 30))
    return (centres[truth] + random.normal(size=(count, 30))).astype(np.float32), truth


def known(features: Float32Array) -> Known:
    """Return all samples with their points."""
    pool = Pool()
    pool.add(len(features), np.arange(len(features)), features)
    return pool.known()
