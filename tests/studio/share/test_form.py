"""Every option of the registry has a control that says it as the command line takes it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from exporters.api import exporter
from exporters.targets import TARGETS
from studio.share.form import OptionForm


def form(qtbot: QtBot, target: str) -> OptionForm:
    made = OptionForm(TARGETS[target].options)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("name", list(TARGETS))
def test_each_target_can_be_asked_for_as_it_stands(name: str, qtbot: QtBot) -> None:
    made = form(qtbot, name)
    assert made.values() == {}
    assert set(made.controls) == {option.name for option in TARGETS[name].options}
    assert all(control.widget.accessibleName() for control in made.controls.values())


def test_what_differs_from_the_usual_is_said(qtbot: QtBot) -> None:
    made = form(qtbot, "edge")
    device, loss, latency = (made.controls[name].widget for name in ("target", "max_loss", "max_latency"))
    assert isinstance(device, QComboBox)
    assert isinstance(loss, QLineEdit)
    assert isinstance(latency, QLineEdit)
    device.setCurrentText("A phone")
    loss.setText("0,5")
    latency.setText(" 20 ")
    assert made.values() == {"target": "phone", "max_loss": 0.5, "max_latency": 20.0}
    assert exporter("edge", **made.values()).target == "edge"


def test_nothing_allowed_to_be_lost_is_not_the_usual(qtbot: QtBot) -> None:
    made = form(qtbot, "edge")
    field = made.controls["max_loss"].widget
    assert isinstance(field, QLineEdit)
    field.setText("0")
    assert made.values() == {"max_loss": 0.0}


def test_words_that_are_no_number_are_named(qtbot: QtBot) -> None:
    made = form(qtbot, "edge")
    field = made.controls["max_loss"].widget
    assert isinstance(field, QLineEdit)
    field.setText("little")
    with pytest.raises(ValueError, match="“Points it may lose” is a number, but “little” is none"):
        made.values()


def test_packages_are_fetched_or_given_never_both(qtbot: QtBot) -> None:
    made = form(qtbot, "docker")
    fetch, wheels = made.controls["fetch_wheels"].widget, made.controls["wheels"].widget
    assert isinstance(fetch, QCheckBox)
    assert isinstance(wheels, QLineEdit)
    assert "uses the network" in fetch.accessibleDescription()
    wheels.setText("/wheels")
    assert not fetch.isEnabled()
    assert made.values() == {"wheels": "/wheels"}
    wheels.clear()
    fetch.setChecked(True)
    assert not wheels.isEnabled()
    assert made.values() == {"fetch_wheels": True}
