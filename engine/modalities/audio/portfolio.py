"""Which learners to try on sounds, in order.

Measured by cross-validation inside train parts (accuracy, and log-loss in brackets; mean of 4 foldings): 320
environmental sounds of ten classes, grouped by recording: statistics 0.853 (0.46), what the speech network hears 0.919
(0.26), both 0.944 (0.23), what it hears and a network for pictures sees 0.947 (0.14). 900 spoken digits: statistics
0.990, what the speech network hears 0.999.
"""

from __future__ import annotations

from engine.modalities.audio.members.features import BACKBONE
from engine.modalities.portfolio import Entry
from engine.task import Task


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the entries for ``size`` training sounds."""
    return (
        Entry("Statistics of the sound", "audio.statistics", {}, first_slice=1.0),
        Entry("What a speech network hears", "audio.frozen_head", {"backbone": BACKBONE}, first_slice=6.0),
        Entry("What two networks hear and see", "audio.frozen_head", {"backbone": BACKBONE, "pictures": True}),
    )
