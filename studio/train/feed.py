"""Sentences about a run, in the words of the person who started it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.curve import CONSTANT
from engine.events import Event
from engine.task import Kind
from studio import wording
from studio.train.progress import CurvePoint, RunProgress

STOPPED = {
    "budget": "The time is used up. The best model is kept.",
    "converged": "Nothing left to try in this time would help, so training ended early. More examples might.",
    "finished": "You ended it. The best model so far is kept.",
    "discarded": "Discarded. Your labels and earlier models are untouched.",
    "failed": "Training could not go on.",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the feed, with the clock of the run at which it was said."""

    active_s: float
    text: str
    level: str = "info"


def quality(progress: RunProgress, point: CurvePoint) -> str:
    """Return how good the model of ``point`` is, as a sentence's predicate."""
    if point.share is None:
        return f"scores {wording.amount(point.score)}"
    if progress.kind is Kind.MULTICLASS:
        return f"tells {wording.of_100(point.share)} of 100 new {wording.noun(progress.modality)} correctly"
    if progress.kind is Kind.MULTILABEL:
        things = wording.noun(progress.modality)
        return f"names just the right classes of {wording.of_100(point.share)} of 100 new {things}"
    if point.share <= 0:
        return "is no better than always guessing the average"
    return f"explains {wording.of_100(point.share)}% of the differences"


def between(point: CurvePoint) -> str:
    """Return how sure the figure of :func:`quality` is."""
    low, high = point.interval
    if point.share is None:
        return f"between {wording.amount(low)} and {wording.amount(high)}"
    return f"between {wording.of_100(low)} and {wording.of_100(high)}"


def now_sentence(progress: RunProgress) -> str:
    """Return how good the model is in a few words, for the head of the card."""
    best = progress.best
    if best is None or progress.guessing:
        return "Nothing better than a guess" if progress.ended else "Looking at the data…"
    return f"{'Done: it' if progress.ended else 'Now'} {quality(progress, best)}"


def sure_sentence(progress: RunProgress) -> str:
    """Return how sure that is, and when it last got better or why it ended."""
    best = progress.best
    if progress.ended:
        why = STOPPED.get(progress.stopped_because or "", "Training ended.")
        return why if best is None or progress.guessing else f"The true figure is likely {between(best)}. {why}"
    if best is None or progress.guessing:
        return "The first model comes in a few seconds."
    since = wording.ago(max(0.0, progress.active_s - best.active_s))
    return f"The true figure is likely {between(best)}. Last improvement {since}."


class Feed:
    """Turns events into sentences, newest last. Feed it in step with the :class:`RunProgress` it reads."""

    def __init__(self, progress: RunProgress) -> None:
        self.progress = progress
        self.sentences: list[Sentence] = []

    def take(self, event: Event) -> Sentence | None:
        """Return the sentence that this event is worth, already appended, or None."""
        text, level = self._text(event)
        if not text:
            return None
        sentence = Sentence(event.active_s, text, level)
        self.sentences.append(sentence)
        return sentence

    def _text(self, event: Event) -> tuple[str, str]:
        match event.type:
            case "started":
                return self._started(event), "info"
            case "point":
                return self._point(), "info"
            case "failed":
                return "One way of learning did not work here and was left aside. Training goes on.", "warning"
            case "message":
                return str(event.data["text"]), str(event.data["level"])
            case "paused":
                return "Paused. The computer is free; the clock stands still.", "info"
            case "resumed":
                return "Going on where it stopped.", "info"
            case "stopped":
                reason = str(event.data["reason"])
                return STOPPED.get(reason, f"Stopped: {reason}."), "info" if reason != "failed" else "warning"
        return "", "info"

    def _started(self, event: Event) -> str:
        if event.data.get("resumed"):
            return "Going on where it stopped."
        things = wording.things(self.progress.modality, self.progress.n_train)
        if not self.progress.n_test:
            return f"Learning from {things}."
        return f"Learning from {things}; {wording.count(self.progress.n_test)} more are kept aside for an honest test."

    def _point(self) -> str:
        point = self.progress.points[-1]
        if point.learner == CONSTANT:
            return f"Where it starts: a plain guess {quality(self.progress, point)}."
        learned = [p for p in self.progress.points if p.learner != CONSTANT]
        lead = "First model: it" if len(learned) == 1 else "Better: now"
        return f"{lead} {quality(self.progress, point)} ({between(point)})."
