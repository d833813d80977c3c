"""Which learners to try on sounds, in order.

Measured by cross-validation inside train parts (accuracy, log-loss; mean of 3 foldings) with the head that all share:
on 320 environmental sounds of ten classes, grouped by recording; on 900 spoken digits by speakers not learned from; on
each of the six speakers by digits not learned from; and on the digits, heard twice each under environmental sounds as
loud as they are (a real mixture, 6 dB up or down).

=================  ==============  ==============  ==============  ==============
what is heard      environment     new speakers    new digits      under noise
=================  ==============  ==============  ==============  ==============
statistics         0.854, 0.452    0.653, 1.018    0.962, 0.112    0.472, 1.508
events             0.996, 0.020    0.501, 1.432    0.930, 0.186    0.237, 2.168
speech             0.919, 0.241    0.949, 0.138    0.982, 0.053    0.868, 0.400
speech, stat.      0.944, 0.238    0.941, 0.166    0.982, 0.049    0.864, 0.407
speech, events     0.989, 0.035    0.937, 0.171    0.989, 0.039    0.825, 0.525
speech, pictures   0.948, 0.146    0.928, 0.208    0.982, 0.054    0.846, 0.465
=================  ==============  ==============  ==============  ==============

Tuning the speech network is no better alone, but adds to the frozen one in their mean: under noise, on two of eight
folds, 0.825, 0.512 after 8 passes in 129 s of one core; the frozen one 0.850, 0.474; both 0.865, 0.456. To speakers
not learned from it added nothing (0.936, 0.186 alone). So it comes last, where time is left.

Each is best somewhere: what a network sees in spectrograms tells speakers apart under noise (with speech 0.681, 0.870;
speech alone 0.641, 0.960). Features are computed once for all heads, so that one more head costs next to nothing. A
second of sound takes 5 ms of one core for either network that listens, 3 ms for the one that looks, 0.5 ms for
statistics.

The mean of what the speech network hears of a sound as it is, an eighth slower and an eighth faster, costs thrice as
much and tells more: new speakers 0.957, 0.113, new digits 0.982, 0.048, under noise 0.879, 0.377 (one folding, where
speech alone has 0.949, 0.138; 0.981, 0.057; 0.869, 0.403).
"""

from __future__ import annotations

from engine.backbones.weights import installed
from engine.modalities.audio.kinds import EVENTS, PACES, PICTURES, SPEECH, STATISTICS
from engine.modalities.portfolio import Entry
from engine.task import Task

_TUNED = {"backbone": SPEECH, "epochs": 8, "fewest": 2, "share": 0.6}


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the entries for ``size`` training sounds; without the network of events where that is not installed."""
    speech = Entry("A speech network", "audio.head", {"backbone": SPEECH})
    events = Entry("A network of sound events", "audio.head", {"backbone": EVENTS}, first_slice=6.0)
    tuned = Entry("A speech network, tuned", "audio.finetune", _TUNED, after=(speech.name,))

    def heard(name: str, *kinds: str, after: tuple[Entry, ...] = (speech,)) -> Entry:
        settings = {"backbone": SPEECH, "heard": list(kinds)}
        return Entry(name, "audio.head", settings, after=tuple(entry.name for entry in after))

    entries = (
        Entry("Statistics of the sound", "audio.head", {}, first_slice=1.0),
        events,
        speech,
        heard("A speech network and statistics", SPEECH, STATISTICS),
        heard("Networks of speech and events", SPEECH, EVENTS, after=(speech, events)),
        heard("Networks of speech and pictures", SPEECH, PICTURES),
        heard("A speech network at three paces", PACES),
        tuned,
        tuned.again(1),
    )
    return entries if installed(EVENTS) else tuple(entry for entry in entries if EVENTS not in _heard(entry))


def _heard(entry: Entry) -> list[str]:
    return [str(entry.settings.get("backbone", "")), *entry.settings.get("heard", ())]
