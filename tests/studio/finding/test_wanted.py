"""What is wanted, in words and as the project's search."""

from __future__ import annotations

import pytest

from engine.task import Modality
from labeling.project import Search, Sort, State
from studio.finding.wanted import By, Stand, Wanted


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(), []),
        (Wanted(stand=Stand.UNLABELLED, suggested="nut"), ["without a label", "suggested “nut”"]),
        (
            Wanted(label="bolt", split="test", words="IMG"),
            ["labelled “bolt”", "in the test split", "with “IMG” in the name"],
        ),
        (Wanted(split=""), ["in no split"]),
        (Wanted(stand=Stand.MARKED), ["with boxes"]),
        (Wanted(ids=("a",), caption="Bolts taken for nuts"), ["Bolts taken for nuts"]),
    ],
)
def test_wishes_are_said_in_words(wanted: Wanted, said: list[str]) -> None:
    assert wanted.conditions(Modality.IMAGE) == said


def test_what_is_marked_is_called_by_its_kind() -> None:
    assert Wanted(stand=Stand.MARKED).conditions(Modality.AUDIO) == ["with regions"]
    assert Wanted(words="Köln").conditions(Modality.TABLE) == ["with “Köln”"]


def test_an_order_alone_leaves_nothing_out() -> None:
    assert not Wanted(by=By.NAME, reverse=True).narrows
    assert Wanted(stand=Stand.SKIPPED, by=By.NAME).everything() == Wanted(by=By.NAME)


def test_what_the_project_cannot_know_is_left_to_the_suggestions() -> None:
    assert Wanted(stand=Stand.DOUBTFUL, by=By.DOUBT, reverse=True).search(True) == Search(state=State.UNLABELLED)
    assert Wanted(suggested="nut", by=By.RANDOM).search(True) == Search(state=State.UNLABELLED)
    assert Wanted(words="a", by=By.NAME).search(False) == Search(sort=Sort.NAME)


def test_the_labelled_last_come_first() -> None:
    assert Wanted(by=By.LABELLED).search(True) == Search(sort=Sort.LABELLED, reverse=True)
    assert Wanted(by=By.LABELLED, reverse=True).search(True) == Search(sort=Sort.LABELLED)
    assert Wanted(by=By.LABELLED).order() == "labelled last first"
