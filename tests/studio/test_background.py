"""Work in threads: answers, errors, progress, cancel, and no thread left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from engine.errors import DataError
from studio.background import Background, Job, explain


@pytest.fixture
def background() -> Iterator[Background]:
    made = Background()
    yield made
    made.close()


def test_the_answer_arrives_in_the_gui_thread(qtbot: QtBot, background: Background) -> None:
    seen: list[tuple[object, int]] = []
    job = background.start(lambda _job: threading.get_ident())
    job.done.connect(lambda value: seen.append((value, threading.get_ident())))
    with qtbot.waitSignal(job.finished):
        pass
    (worker, receiver) = seen[0]
    assert worker != receiver == threading.get_ident()
    assert not background.busy


def test_an_error_is_announced_with_its_details(qtbot: QtBot, background: Background) -> None:
    def work(_job: Job) -> object:
        raise DataError("The table has no rows.")

    job = background.start(work)
    with qtbot.waitSignal(job.failed) as failed:
        pass
    assert explain(failed.args[0]) == "The table has no rows."
    assert "DataError" in job.details


def test_progress_is_reported_without_a_flood(qtbot: QtBot, background: Background) -> None:
    seen: list[tuple[int, int]] = []

    def work(job: Job) -> None:
        for number in range(10_001):
            job.report(number, 10_000)

    job = background.start(work)
    job.progress.connect(lambda done, total: seen.append((done, total)))
    with qtbot.waitSignal(job.finished):
        pass
    assert seen[-1] == (10_000, 10_000)
    assert len(seen) < 200


def test_what_is_being_done_is_told_in_the_gui_thread(qtbot: QtBot, background: Background) -> None:
    seen: list[tuple[str, int]] = []
    job = background.start(lambda job: job.say("Half of it is there."))
    job.said.connect(lambda sentence: seen.append((sentence, threading.get_ident())))
    with qtbot.waitSignal(job.finished):
        pass
    assert seen == [("Half of it is there.", threading.get_ident())]


def test_a_cancelled_job_says_so_and_gives_no_answer(qtbot: QtBot, background: Background) -> None:
    started = threading.Event()

    def work(job: Job) -> str:
        started.set()
        while not job.cancelled():
            started.wait(0.01)
        return "half"

    answers: list[object] = []
    job = background.start(work)
    job.done.connect(answers.append)
    started.wait()
    with qtbot.waitSignal(job.stopped):
        job.cancel()
    assert answers == []


def test_closing_leaves_no_thread(qtbot: QtBot) -> None:
    background = Background()
    background.start(lambda job: threading.Event().wait(0.05) or job.cancelled())
    background.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("studio")]


def test_unknown_errors_are_named_and_calm() -> None:
    assert explain(KeyError("x")) == "Something unexpected happened (KeyError: 'x'). Nothing was lost."
    assert explain(PermissionError(13, "Permission denied", "/a")) == "Permission denied: /a. Nothing was lost."


def test_what_was_done_before_a_late_cancel_stays_and_is_announced(qtbot: QtBot, background: Background) -> None:
    def work(job: Job) -> str:
        job.keep()
        job.cancel()  # as a person may, before the GUI thread hears of the end
        return "taken in"

    job = background.start(work)
    with qtbot.assertNotEmitted(job.stopped), qtbot.waitSignal(job.done) as done:
        pass
    assert done.args == ["taken in"]
