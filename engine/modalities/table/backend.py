"""LightGBM, imported in a quarter of its usual time.

LightGBM imports scikit-learn (0.5 of 0.75 s) only to offer its own estimator classes, which nothing here uses, and
goes without where it is not installed. The first model of a run waits for this import, so scikit-learn is hidden while
it lasts. Elsewhere than on x86-64 LightGBM must be loaded after scikit-learn (LightGBM issue 6509) and is left alone.
"""

from __future__ import annotations

import importlib
import logging
import platform
import sys
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np

_LOADING = Lock()


def load_lightgbm() -> Any:
    """Import and return the ``lightgbm`` module, its messages sent to the ``lightgbm`` logger and never to stdout."""
    with _LOADING:
        if "lightgbm" in sys.modules:
            return sys.modules["lightgbm"]
        lightgbm = _import_lightgbm()
        lightgbm.register_logger(logging.getLogger("lightgbm"), "debug", "debug")
        return lightgbm


def quiet_thread() -> None:
    """Keep LightGBM's warnings off stdout in the calling thread.

    Its verbosity and its logger belong to a thread, and are set wherever parameters are read: making a data set does.
    """
    load_lightgbm().Dataset(np.zeros((2, 1)), params={"verbosity": -1}).construct()


def _import_lightgbm() -> Any:
    if "sklearn" in sys.modules or platform.machine() not in ("x86_64", "AMD64"):
        return importlib.import_module("lightgbm")
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
    modules["sklearn"] = None  # what the import system takes for "not installed"
    try:
        return importlib.import_module("lightgbm")
    finally:
        del modules["sklearn"]
