"""ONNX Runtime's own tools, kept local and quiet."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO


@contextmanager
def quietly() -> Iterator[None]:
    """Keep from the person what the tools print and log, and from ONNX Runtime's maker what they do.

    To be entered before the tools are imported.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    root = logging.getLogger()
    before, silenced = list(root.handlers), logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(silenced)
        root.handlers[:] = before  # some of the tools send all logs of the program to stderr
