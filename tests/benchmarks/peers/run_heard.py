"""A pretrained network for sounds as it is, and logistic regression on what it hears; C by 5 folds.

The second word of the command line names the network: that of sound events, of whose patches the means are taken, or
that of speech. Both are the product's, computed by its code.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.backbones import speech, yamnet
from engine.backbones.weights import verified
from engine.modalities.audio.events import hear
from engine.modalities.audio.speech import describe
from tests.benchmarks.peers import common, heads, parallel, sounds


def _events() -> Callable[[Path], Any]:
    network = yamnet.load_yamnet(verified("yamnet"))
    return lambda file: hear(network, sounds.wave(file), "cpu")[: yamnet.LENGTH]


def _speech() -> Callable[[Path], Any]:
    network = speech.load_speech(verified("speech_embedding"))
    return lambda file: describe(network, sounds.wave(file), "cpu")[: speech.LENGTH]


_HEARING = {"yamnet": _events, "speech": _speech}


def main() -> None:
    """Fit, predict, write."""
    job, heard = common.job(), _HEARING[sys.argv[2]]()
    fitted = heads.on_features(job, np.stack(parallel.mapped(heard, job.files("train"))))
    since = time.monotonic()
    answers = fitted.predict_proba(np.stack(parallel.mapped(heard, job.files("test"))))
    job.measured(since)
    job.weighs(common.pickled_mb(fitted))
    job.write(answers)


if __name__ == "__main__":
    main()
