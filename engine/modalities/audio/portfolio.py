"""Which learners to try on sounds, in order."""

from __future__ import annotations

from engine.modalities.audio.kinds import EVENTS, PICTURES, SPEECH, STATISTICS
from engine.modalities.portfolio import Entry
from engine.task import Task


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the entries for ``size`` training sounds."""
    return (
        Entry("Statistics of the sound", "audio.head", {}, first_slice=1.0),
        Entry("What a network of sound events hears", "audio.head", {"backbone": EVENTS}, first_slice=6.0),
        Entry("What a speech network hears", "audio.head", {"backbone": SPEECH, "beside": [STATISTICS]}),
        Entry("What both networks hear", "audio.head", {"backbone": SPEECH, "beside": [EVENTS]}),
        Entry("What networks hear and see", "audio.head", {"backbone": SPEECH, "beside": [PICTURES]}),
    )
