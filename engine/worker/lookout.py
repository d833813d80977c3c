"""Looks out, beside the training, for samples that are too long for all of each to be learned from."""

from __future__ import annotations

import queue
import threading

from engine.run.folder import RunFolder
from engine.task import Modality

_LONG = (Modality.AUDIO, Modality.TEXT)  # samples of these may be


class Lookout:
    """Looks at a run's samples in a thread of its own: they may lie far away, and the clock must not wait for them."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._thread: threading.Thread | None = None
        self._found: queue.SimpleQueue[str] = queue.SimpleQueue()

    def news(self, learned: bool, wait_s: float = 0.0) -> list[str]:
        """Return what is to be told and was not yet; ``wait_s`` is how long it may take to look.

        It begins to look once something was ``learned``, as the first model is not to come later for it.
        """
        if learned and self._thread is None and self._run.task.modality in _LONG:
            self._thread = threading.Thread(target=self._look, daemon=True)
            self._thread.start()
        if wait_s and self._thread is not None:
            self._thread.join(wait_s)
        return [] if self._found.empty() else [self._found.get()]

    def _look(self) -> None:
        import polars as pl

        from engine.modalities.cut_short import cut_short

        try:
            sentence = cut_short(pl.scan_parquet(self._run.path / "dataset.parquet"), self._run.task)
        except (OSError, pl.exceptions.PolarsError):  # a damaged disk: who learns from the samples tells
            return
        if sentence is not None:
            self._found.put(sentence)
