"""What the dialog of files to ask about offers."""

from __future__ import annotations

import re

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.task import Modality
from labeling.media import MEDIA
from studio.try_it.dialogs import choose_files


@pytest.mark.parametrize("modality", [Modality.IMAGE, Modality.AUDIO])
def test_each_file_that_can_be_asked_about_is_shown(modality: Modality, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    dialog = choose_files(holder, modality, lambda _: None)
    shown, everything = dialog.nameFilters()
    assert re.findall(r"\*(\.\w+)", shown) == list(MEDIA[modality].suffixes)
    assert everything == "All files (*)"
    dialog.reject()
