"""Sounds are read in a thread: the whole coarsely, the part in sight finely, and what is drawn of them is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from labeling.sounds.overview import COARSE
from studio.label.sound_loader import COLUMNS, FINEST, SoundLoader
from studio.label.sound_picture import SoundPicture
from studio.label.time_view import TimeView
from studio.theme import colours

RATE = 8000


@pytest.fixture
def loader(qtbot: QtBot) -> Iterator[SoundLoader]:
    made = SoundLoader()
    yield made
    made.close()


@pytest.fixture
def clicks(tmp_path: Path) -> str:
    """Four seconds of silence with a click of a hundredth of a second at 3 s."""
    sound = np.zeros(4 * RATE)
    sound[3 * RATE : 3 * RATE + RATE // 100] = 0.9
    path = tmp_path / "clicks.wav"
    soundfile.write(path, sound, RATE)
    return str(path)


def test_a_sound_is_opened_and_looked_at(loader: SoundLoader, clicks: str, qtbot: QtBot) -> None:
    with qtbot.waitSignal(loader.opened):
        loader.show(clicks)
    assert loader.overview is not None
    qtbot.waitUntil(lambda: loader.overview is not None and loader.overview.done == 4 * RATE)
    assert loader.overview.loudest == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("hop", [FINEST, 512, 2 * COARSE])
def test_tiles_come_when_they_are_asked_for(loader: SoundLoader, clicks: str, hop: int, qtbot: QtBot) -> None:
    loader.show(clicks)
    number = 3 * RATE // (COLUMNS * hop)
    qtbot.waitUntil(lambda: loader.tile(hop, number) is not None)
    tile = loader.tile(hop, number)
    assert tile is not None
    assert (len(tile.low), tile.levels.shape[1]) == (COLUMNS, COLUMNS)
    assert tile.high.max() == pytest.approx(0.9, abs=0.01)


def test_what_comes_next_is_read_ahead(loader: SoundLoader, clicks: str, tmp_path: Path, qtbot: QtBot) -> None:
    following = tmp_path / "following.wav"
    soundfile.write(following, np.zeros(RATE), RATE)
    loader.show(clicks, [str(following)])
    qtbot.waitUntil(lambda: str(following) in loader._overviews)
    loader.show(str(following))
    assert loader.overview is not None
    assert loader.overview.frames == RATE


def test_what_cannot_be_read_is_refused_and_the_next_is_not(
    loader: SoundLoader, clicks: str, tmp_path: Path, qtbot: QtBot
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF and nothing more")
    with qtbot.waitSignal(loader.opened):
        loader.show(str(broken))
    assert "can't be opened" in loader.refused
    loader.show(clicks)
    qtbot.waitUntil(lambda: loader.overview is not None)
    assert loader.refused == ""


def test_the_waveform_is_high_where_the_sound_is_loud(loader: SoundLoader, clicks: str, qtbot: QtBot) -> None:
    view = TimeView()
    view.resize(400)
    picture = SoundPicture(loader, view)
    assert picture.waveform(400, 60).width() == 400  # before anything is read
    loader.show(clicks)
    qtbot.waitUntil(lambda: loader.overview is not None and loader.overview.done == 4 * RATE)
    view.show(4.0)
    ink = QColor(colours().accent)
    image = picture.waveform(400, 60)
    assert image.pixelColor(300, 10) == ink
    assert image.pixelColor(200, 10) != ink
    view.zoom(40, 3.0)
    qtbot.waitUntil(lambda: loader.tile(picture.hop(), 3 * RATE // (COLUMNS * picture.hop())) is not None)
    image = picture.waveform(400, 60)
    loud = [column for column in range(400) if image.pixelColor(column, 10) == ink]
    assert (view.moment(loud[0]), view.moment(loud[-1])) == pytest.approx((3.0, 3.01), abs=0.005)


def test_the_spectrogram_is_dark_but_for_the_click(loader: SoundLoader, clicks: str, qtbot: QtBot) -> None:
    view = TimeView()
    view.resize(400)
    picture = SoundPicture(loader, view)
    loader.show(clicks)
    qtbot.waitUntil(lambda: loader.overview is not None)
    view.show(4.0)
    hop = picture.hop()
    qtbot.waitUntil(lambda: all(loader.tile(hop, number) for number in range(-(-4 * RATE // (COLUMNS * hop)))))
    image = picture.spectrogram(400)
    silence = image.pixel(100, 100)
    changed = [column for column in range(400) if image.pixel(column, 100) != silence]
    assert changed
    assert all(abs(column - 300) < 12 for column in changed)
