"""Suggestions in the background of a real window, from a process that looks at real photos."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeling.importing import read, understand
from labeling.project import Project
from studio.label.screen import LabelScreen
from studio.label.suggesting import Suggesting
from studio.window import MainWindow

SECONDS = 120_000


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of thirty-six photos, half of them red and half of them blue, without labels."""
    random = np.random.default_rng(0)
    (tmp_path / "data").mkdir()
    for number in range(36):
        pixels = random.integers(0, 60, (40, 50, 3), dtype=np.uint8)
        pixels[..., 0 if number % 2 else 2] += 180
        Image.fromarray(pixels).save(tmp_path / "data" / f"{number:02d}.png")
    understanding = understand(tmp_path / "data")
    with Project.create(tmp_path / "project") as made:
        made.add(understanding, read(understanding))
        made.add_class("red")
        made.add_class("blue")
    return tmp_path / "project"


@pytest.fixture
def helped(window: MainWindow, project: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The project open on the Label screen, its photos being looked at."""
    window.session.suggesting._patience.setInterval(0)
    assert window.session.open_project(project)
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 36)
    window.go("label")
    yield window


def colour_of(sample: str) -> str:
    return "red" if int(Path(sample).stem) % 2 else "blue"


def label(window: MainWindow, samples: range) -> None:
    for number in samples:
        window.session.set_label([f"{number:02d}.png"], colour_of(f"{number:02d}.png"), "Label")


def suggestions_of(window: MainWindow) -> dict[str, str]:
    return {key: one.names[0] for key, one in window.session.view.suggestions.by_sample.items()}


def test_a_training_sends_the_process_away_and_what_is_labelled_meanwhile_brings_suggestions(
    helped: MainWindow, qtbot: QtBot
) -> None:
    suggesting = helped.session.suggesting
    assert isinstance(suggesting, Suggesting)
    qtbot.waitUntil(lambda: suggesting._handle is not None)
    handle = suggesting._handle
    assert handle is not None
    suggesting.rest()
    assert not psutil.pid_exists(handle._process.pid)
    label(helped, range(22))
    suggesting.go_on()
    qtbot.waitUntil(lambda: suggesting.looked_at == (36, 36), timeout=SECONDS)
    qtbot.waitUntil(lambda: not suggesting.busy and len(suggestions_of(helped)) == 14, timeout=SECONDS)
    accept_one_that_was_drawn(helped)

    for _ in range(23):
        helped.session.undo()
    qtbot.waitUntil(lambda: len(helped.session.view.suggestions.order) == 36)
    assert not suggestions_of(helped)
    label(helped, range(10))
    qtbot.waitUntil(lambda: len(suggestions_of(helped)) == 26)
    assert suggestions_of(helped) == {key: colour_of(key) for key in suggestions_of(helped)}
    helped.session.undo()
    qtbot.waitUntil(lambda: not suggestions_of(helped))
    qtbot.waitUntil(lambda: not suggesting.busy, timeout=SECONDS)


def accept_one_that_was_drawn(window: MainWindow) -> None:
    """Press Enter on a sample drawn at random, of which the share right is kept."""
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    drawn = next(iter(window.session.view.suggestions.random))
    screen._go(screen.session.view.places[screen.listing.rows[drawn]])
    screen.setFocus()
    QTest.keyClick(screen, Qt.Key.Key_Return)
    project = window.session.project
    assert project is not None
    sample = project.sample(drawn)
    assert sample is not None and sample.label == colour_of(drawn)
    assert project.suggested_right() == (1, 1)
    assert project.can_undo == f"Accept '{colour_of(drawn)}'"


def test_closing_the_project_ends_the_process_at_once(helped: MainWindow, qtbot: QtBot) -> None:
    suggesting = helped.session.suggesting
    qtbot.waitUntil(lambda: suggesting._handle is not None)
    handle = suggesting._handle
    assert handle is not None
    started = time.monotonic()
    helped.session.close_project()
    assert time.monotonic() - started < 5
    assert not psutil.pid_exists(handle._process.pid)
    assert not helped.session.view.suggestions.order


def test_refitting_among_ten_thousand_samples_does_not_hold_up_the_window(
    helped: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ticks of a timer go on while suggestions are made; how long they wait depends on the machine, so mildly."""
    from engine.task import Kind
    from labeling.suggest.pool import Pool
    from labeling.suggest.suggesting import Labelling, suggest

    features = np.random.default_rng(0).normal(size=(10_000, 200)).astype(np.float32)
    pool = Pool()
    pool.add(10_000, np.arange(10_000), features)
    labels = [("a", "b")[row % 2] if row < 40 else None for row in range(10_000)]
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(5)
    known, ids = pool.known(), [str(row) for row in range(10_000)]
    job = helped.session.background.start(lambda _job: suggest(Labelling(ids, labels, Kind.MULTICLASS), known))
    found: list[object] = []
    job.done.connect(found.append)
    qtbot.waitUntil(lambda: bool(found))
    timer.stop()
    assert len(ticks) >= 3
    assert max(np.diff(ticks)) < 1.0


@pytest.fixture
def twins(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> Iterator[LabelScreen]:
    """Six photos, each there a second time in another quality, on the Label screen with the keys 1 and 2."""
    (tmp_path / "data").mkdir()
    for number in range(6):
        cells = np.random.default_rng(number).integers(0, 256, (7, 9, 3), dtype=np.uint8)
        photo = Image.fromarray(cells).resize((180, 140), Image.Resampling.BICUBIC)
        photo.save(tmp_path / "data" / f"{number} first.jpg", quality=95)
        photo.save(tmp_path / "data" / f"{number} again.jpg", quality=80)
    understanding = understand(tmp_path / "data")
    with Project.create(tmp_path / "project") as made:
        made.add(understanding, read(understanding))
        made.add_class("red")
        made.add_class("blue")
    window.session.suggesting._patience.setInterval(0)
    assert window.session.open_project(tmp_path / "project")
    window.go("label")
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    qtbot.waitUntil(lambda: window.session.suggesting.copies_of("0 first.jpg") == ["0 again.jpg"], timeout=SECONDS)
    screen._go(screen.session.view.places[screen.listing.rows["0 first.jpg"]])
    screen.setFocus()
    yield screen


def test_near_copies_are_labelled_together_where_that_is_wanted_which_each_project_remembers(
    twins: LabelScreen, qtbot: QtBot
) -> None:
    labels = dict(zip(twins.listing.ids, twins.listing.labels, strict=True))
    assert twins.bench.copies.text() == "1 near-copy too" and twins.bench.copies.isVisible()
    QTest.keyClick(twins, Qt.Key.Key_1, Qt.KeyboardModifier.ShiftModifier)
    assert twins.listing.labels[twins.listing.rows["0 again.jpg"]] is None
    twins.session.undo()
    QTest.keyClick(twins, Qt.Key.Key_C)
    QTest.keyClick(twins, Qt.Key.Key_1, Qt.KeyboardModifier.ShiftModifier)
    now = dict(zip(twins.listing.ids, twins.listing.labels, strict=True))
    assert {key: label for key, label in now.items() if label != labels[key]} == {
        "0 first.jpg": "red",
        "0 again.jpg": "red",
    }
    assert twins.session.undo_name == "Label 'red' and 1 near-copy"
    assert "1 near-copy labelled with the last one" in twins.bench._progress.text()
    QTest.keyClick(twins, Qt.Key.Key_2, Qt.KeyboardModifier.ShiftModifier)
    assert [twins.listing.labels[twins.listing.rows[key]] for key in ("0 first.jpg", "0 again.jpg")] == ["blue", "blue"]
    twins.session.undo()
    twins.session.undo()
    assert list(twins.listing.labels) == [None] * 12
    assert "near-copy" not in twins.bench._progress.text()
    twins.session.changes.skip(["0 again.jpg"], True, "Skip one")
    twins._go(twins.session.view.places[twins.listing.rows["0 first.jpg"]])
    QTest.keyClick(twins, Qt.Key.Key_1, Qt.KeyboardModifier.ShiftModifier)
    assert [twins.listing.labels[twins.listing.rows[key]] for key in ("0 first.jpg", "0 again.jpg")] == ["red", None]

    assert twins.session.project is not None
    path = twins.session.project.path
    twins.session.close_project()
    qtbot.waitUntil(lambda: not twins.bench.copies.isChecked())
    assert twins.session.open_project(path)
    qtbot.waitUntil(twins.bench.copies.isChecked)
