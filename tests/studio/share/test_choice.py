from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.share.choice import ModelChoice
from studio.share.models import Offer

WHOLE, SMALL = Offer("41 MB", "20 ms", "right on 93 of 100"), Offer("1 MB", "3 ms", "right on 90 of 100")


def test_the_other_model_is_chosen_and_told_once(qtbot: QtBot) -> None:
    choice = ModelChoice(WHOLE, SMALL)
    qtbot.addWidget(choice)
    assert not choice.is_small
    with qtbot.waitSignal(choice.changed):
        choice.switch()
    assert choice.is_small
    choice.switch()
    assert not choice.is_small


def test_a_small_model_that_is_not_there_cannot_be_chosen(qtbot: QtBot) -> None:
    choice = ModelChoice(WHOLE, None)
    qtbot.addWidget(choice)
    choice.switch()
    assert not choice.is_small
    assert "no part of it was small" in choice.small.accessibleDescription()


def test_what_the_file_measures_replaces_what_training_did(qtbot: QtBot) -> None:
    choice = ModelChoice(WHOLE, SMALL)
    qtbot.addWidget(choice)
    choice.show_measured(True, "2 MB", "1 ms")
    assert choice.small.accessibleDescription() == "2 MB as ONNX, 1 ms as ONNX, right on 90 of 100"
    assert "41 MB" in choice.whole.accessibleDescription()
