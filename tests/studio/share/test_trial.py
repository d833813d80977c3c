"""Exports are tried from their card: tested, served on this computer, and stopped again."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.share.trial import BROWSER, CONTAINER, TEST, Trial, Way
from tests.exporters.conftest import Made


def trial(qtbot: QtBot, way: Way, path: Path) -> Trial:
    made = Trial(way)
    qtbot.addWidget(made)
    made.show()
    made.offer(path)
    return made


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{lines}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.slow
def test_a_package_is_tested_in_a_clean_interpreter(qtbot: QtBot, packages: Made[Path]) -> None:
    test = trial(qtbot, TEST, packages["table"])
    assert test.can_start()
    test.begin.click()
    assert test.bar.isVisible()
    assert not test.can_start()
    qtbot.waitUntil(lambda: not test.running)
    assert "is verified" in test.note.words
    assert test.note.property("bar") == "good"
    assert test.can_start()


@pytest.mark.slow
def test_a_package_answers_in_the_browser_until_it_is_stopped(qtbot: QtBot, packages: Made[Path]) -> None:
    browser = trial(qtbot, BROWSER, packages["table"])
    browser.start()
    qtbot.waitUntil(lambda: bool(browser.address))
    assert browser.address.startswith("http://127.0.0.1:")
    assert browser.address in browser.note.words
    with urllib.request.urlopen(browser.address, timeout=10) as page:
        assert page.status == 200
    browser.end.click()
    assert browser.end.text() == "Stopping…"
    qtbot.waitUntil(lambda: not browser.running)
    assert browser.note.words == "Stopped."
    assert not browser.address
    assert not browser.look.isVisible()


@pytest.mark.slow
def test_what_cannot_be_tried_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    made = trial(qtbot, BROWSER, tmp_path / "gone.zip")
    made.start()
    qtbot.waitUntil(lambda: not made.running)
    assert "gone.zip is not there any more" in made.note.words
    assert made.note.property("bar") == "error"


@pytest.mark.slow
def test_a_container_that_cannot_be_built_shows_the_engines_words(
    qtbot: QtBot, packages: Made[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = tmp_path / "context"
    context.mkdir()
    (context / "model").symlink_to(packages["table"])
    lines = '[ "$1" = --version ] && echo Docker version 28 && exit; [ "$1" = version ] && echo 28.2.2 && exit'
    docker(tmp_path, monkeypatch, f"{lines}\necho no space left on device; exit 1")
    container = trial(qtbot, CONTAINER, context)
    container.start()
    qtbot.waitUntil(lambda: not container.running)
    assert container.note.words.startswith("docker could not build the image. The disk is full.")


def test_another_export_starts_afresh(qtbot: QtBot, tmp_path: Path) -> None:
    made = trial(qtbot, TEST, tmp_path / "one.zip")
    made.note.say("good", "verified")
    made.note.show()
    made.offer(tmp_path / "one.zip")
    assert made.note.isVisible()
    made.offer(tmp_path / "two.zip")
    assert not made.note.isVisible()
    made.allow(False, "Neither docker nor podman is installed.")
    made.start()
    assert not made.running
    assert "Neither" in made.begin.accessibleDescription()


@pytest.mark.slow
def test_another_export_does_not_wait_for_what_ends(qtbot: QtBot, packages: Made[Path], tmp_path: Path) -> None:
    browser = trial(qtbot, BROWSER, packages["table"])
    browser.start()
    qtbot.waitUntil(lambda: bool(browser.address))
    browser.offer(tmp_path / "two.zip")
    assert browser.running
    assert not browser.address
    assert browser.end.text() == "Stopping…"
    assert not browser.end.isEnabled()
    assert not browser.can_start()
    qtbot.waitUntil(lambda: not browser.running)
    assert not browser.note.isVisible()
    assert browser.can_start()
