"""What a sitting says to the person, no sentence twice, and what it writes down of a slice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.run.journal import Journal


class Teller:
    """Says sentences through the journal. ``notes`` are those that stand in the run's result, too.

    ``earlier`` are those that earlier sittings have said.
    """

    def __init__(self, journal: Journal, earlier: Collection[str], notes: Iterable[str] = ()) -> None:
        self._journal, self._earlier = journal, earlier
        self._told: set[tuple[str, str]] = set()  # what learners have said in this sitting
        self.notes = list(notes)

    def say(self, sentence: str, level: str = "info") -> None:
        """Say it in any case."""
        self._journal.write("message", {"level": level, "text": sentence})

    def leave(self, sentence: str, level: str = "info") -> None:
        """Say why this sitting ends though the run does not: it can be resumed."""
        self._journal.write("message", {"level": level, "text": sentence, "resume": True})

    def say_once(self, sentence: str) -> None:
        """Say it unless an earlier sitting has."""
        if sentence not in self._earlier:
            self.say(sentence)

    def tell(self, learner: str, sentence: str) -> None:
        """Say what a learner has to say to the person, if anything, once."""
        if sentence and (learner, sentence) not in self._told:
            self._told.add((learner, sentence))
            self.say(f"{learner}: {sentence}")

    def note(self, sentence: str) -> None:
        """Say what is to be known of the whole run, now, unless an earlier sitting has, and in its result."""
        self.notes.append(sentence)
        self.say_once(sentence)


def facts_of_slice(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the journal keeps of what a trainer says of a slice."""
    facts: dict[str, Any] = {
        "learner": message["learner"],
        "seconds": round(message["seconds"], 3),
        "done": message["done"],
    }
    facts["aside_s"] = round(message["aside_s"], 3)
    if message["share"] is not None:
        facts["share"] = round(message["share"], 4)
    if message["stepped_s"]:
        facts |= {name: round(message[name], 3) for name in ("stepped_s", "prepared_s")}
    if message["found"] is not None:
        facts["found"] = message["found"]
    return facts
