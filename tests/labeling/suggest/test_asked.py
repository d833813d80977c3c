from __future__ import annotations

from labeling.project.asked import Asked
from labeling.suggest.asked import asked_about
from labeling.suggest.model import Suggestion, Suggestions

FOUND = Suggestions(
    {
        "a": Suggestion("a", ("bolt",), None, 0.9, 0.1),
        "b": Suggestion("b", (), 3.5, 0.9, 0.1),
        "c": Suggestion("c", (), None, 0.9, 0.1),
    },
    ("a", "b", "c"),
    random=frozenset("a"),
)


def test_one_label_answers_the_suggestion_beside_it() -> None:
    assert asked_about(FOUND, {"a": "nut"}) == {"a": Asked("bolt", True)}
    assert asked_about(FOUND, {"c": ("nut",)}) == {"c": Asked((), False)}


def test_what_nobody_looked_at_or_has_no_suggestion_answers_nothing() -> None:
    assert asked_about(FOUND, {"a": "bolt", "c": "bolt"}) == {}
    assert asked_about(FOUND, {"z": "bolt"}) == {}
    assert asked_about(FOUND, {"a": None}) == {}
    assert asked_about(FOUND, {"b": 3.5}) == {}
