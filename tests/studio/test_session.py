"""A session with a real project and a real worker process: train, lose it, resume it, attach to it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pytestqt.qtbot import QtBot

from engine.results.report import load_previous
from engine.run.folder import RunFolder
from engine.run.journal import Journal
from engine.task import Modality
from engine.worker.handle import WorkerHandle
from labeling.importing import read, understand
from labeling.project import Project
from studio.session import Session
from studio.train.choices import Choices
from studio.train.launching import Launched
from tests.studio.recorded_runs import Recipe, project_with_run, record

WAIT_MS = 60_000


@pytest.fixture
def project(table: Path, tmp_path: Path) -> Path:
    understanding = understand(table)
    with Project.create(tmp_path / "flowers project") as made:
        made.add(understanding, read(understanding))
    return tmp_path / "flowers project"


@pytest.fixture
def session(project: Path, qtbot: QtBot) -> Iterator[Session]:
    made = Session()
    assert made.open_project(project)
    yield made
    if made.handle is not None:
        made.handle.kill()
    made.close()


def started(session: Session, qtbot: QtBot, budget_s: float) -> None:
    with qtbot.waitSignal(session.run_started, timeout=WAIT_MS):
        session.start_run(budget_s, Choices(device="cpu"))


def test_a_run_is_followed_to_its_end(session: Session, qtbot: QtBot) -> None:
    types: list[str] = []
    session.run_event.connect(lambda event: types.append(event.type))
    with qtbot.waitSignal(session.run_ended, timeout=WAIT_MS) as ended:
        started(session, qtbot, 4)
    result: dict[str, Any] = ended.args[0]
    assert result["task"]["classes"] == ["lily", "rose"]
    assert types[0] == "started"
    assert types[-1] == "stopped"
    assert "point" in types
    assert session.model_path is not None
    assert not session.running


def test_a_project_opened_again_finds_its_run_still_going(session: Session, project: Path, qtbot: QtBot) -> None:
    started(session, qtbot, 30)
    qtbot.waitUntil(lambda: session.model_path is not None, timeout=WAIT_MS)
    session.close_project()
    assert not session.running
    assert session.open_project(project)
    assert session.running
    with qtbot.waitSignal(session.run_ended, timeout=WAIT_MS) as ended:
        session.send("finish")
    assert ended.args[0]["stopped_because"] == "finished"


def test_a_training_lets_the_window_go_first(session: Session, qtbot: QtBot) -> None:
    started(session, qtbot, 30)
    assert session.handle is not None
    worker = psutil.Process(session.handle.pid)
    qtbot.waitUntil(lambda: session.model_path is not None, timeout=WAIT_MS)
    usual = psutil.Process().nice()
    assert all(process.nice() > usual for process in (worker, *worker.children(recursive=True)))


def test_a_run_whose_worker_was_killed_is_resumed(session: Session, qtbot: QtBot) -> None:
    started(session, qtbot, 30)
    qtbot.waitUntil(lambda: session.model_path is not None, timeout=WAIT_MS)
    handle = session.handle
    assert handle is not None
    with qtbot.waitSignal(session.run_lost, timeout=WAIT_MS):
        handle.kill()
    assert session.interrupted
    assert session.model_path is not None
    with qtbot.waitSignal(session.run_ended, timeout=WAIT_MS) as ended:
        session.use_what_it_learned()
    assert ended.args[0]["stopped_because"] == "finished"


def test_what_was_chosen_is_planned_but_networks_for_photos_alone(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.run_started, timeout=WAIT_MS):
        session.start_run(30, Choices(12.5, tmp_path / "gone", "cpu"))
    assert session.run is not None
    plan = json.loads((session.run.path / "plan.json").read_text())
    assert (plan["max_latency_ms"], plan["weights"], plan["device"]) == (12.5, [], "cpu")
    assert not any("gone" in note for note in plan["notes"])


def test_what_cannot_be_learned_from_is_said(session: Session, qtbot: QtBot) -> None:
    project = session.project
    assert project is not None
    session.set_label(project.ids(), "rose", "Label all 'rose'")
    with qtbot.waitSignal(session.message, timeout=WAIT_MS) as said:
        session.start_run(5)
    assert said.args[0] == "error"
    assert not session.preparing


def test_a_second_session_is_told_who_has_the_project(session: Session, project: Path, qtbot: QtBot) -> None:
    other = Session()
    with qtbot.waitSignal(other.message) as said:
        assert not other.open_project(project)
    assert "already open" in said.args[1]
    other.close()


def test_the_newest_run_is_the_one_pressed_last(project: Path, qtbot: QtBot) -> None:
    for number, name in enumerate(("12-00-00", "12-00-00-2", "12-00-00-10")):
        recorded = record(project / "runs" / name, Recipe(Modality.TABLE))
        plan = json.loads((recorded.path / "plan.json").read_text())
        (recorded.path / "plan.json").write_text(json.dumps({**plan, "pressed_at": 1000.0 + number}))
    session = Session()
    assert session.open_project(project)
    assert session.run is not None
    assert session.run.path.name == "12-00-00-10"
    previous = load_previous(session.run)
    assert previous is not None
    assert previous.run_path.name == "12-00-00-2"
    session.close()


def pressed(project: Path, name: str, at: float, recipe: Recipe) -> Path:
    """Record a run that was started at a time."""
    recorded = record(project / "runs" / name, recipe)
    plan = json.loads((recorded.path / "plan.json").read_text())
    (recorded.path / "plan.json").write_text(json.dumps({**plan, "pressed_at": at}))
    return recorded.path


def test_a_run_that_ended_without_a_model_does_not_hide_the_one_before(project: Path, qtbot: QtBot) -> None:
    good = pressed(project, "first", 1000.0, Recipe(Modality.TABLE))
    failed = pressed(project, "second", 2000.0, Recipe(Modality.TABLE, ended="failed"))
    shutil.rmtree(failed / "model")
    session = Session()
    assert session.open_project(project)
    assert session.run is not None
    assert session.run.path == good
    assert session.model_path is not None
    session.close()


def test_a_run_cut_off_is_thrown_away_and_the_one_before_is_back(project: Path, qtbot: QtBot) -> None:
    good = pressed(project, "first", 1000.0, Recipe(Modality.TABLE))
    session = Session()
    assert session.open_project(project)
    started(session, qtbot, 30)
    assert session.handle is not None
    with qtbot.waitSignal(session.run_lost, timeout=WAIT_MS):
        session.handle.kill()
    assert session.interrupted
    with qtbot.waitSignal(session.run_ended, timeout=WAIT_MS) as ended:
        session.discard_interrupted()
    assert ended.args[0]["stopped_because"] == "discarded"
    qtbot.waitUntil(lambda: session.run is not None and session.run.path == good)
    session.close()


def test_a_run_cut_off_goes_on_with_the_processor(session: Session, qtbot: QtBot) -> None:
    started(session, qtbot, 30)
    assert session.run is not None and session.handle is not None
    with qtbot.waitSignal(session.run_lost, timeout=WAIT_MS):
        session.handle.kill()
    session.run.with_device("auto")
    with qtbot.waitSignal(session.run_started, timeout=WAIT_MS):
        session.resume_on_processor()
    assert session.running
    plan = json.loads((session.run.path / "plan.json").read_text())
    assert session.run.options.device == plan["device"] == "cpu"


def test_a_run_whose_folder_cannot_be_written_is_not_resumed_but_it_is_said_why(project: Path, qtbot: QtBot) -> None:
    run = record(project / "runs" / "cut off", Recipe(Modality.TABLE, ended=None))
    session = Session()
    assert session.open_project(project)
    run.events_path.unlink()
    run.events_path.mkdir()  # which whoever may write everything cannot write either
    with qtbot.waitSignal(session.message) as said:
        session.resume_on_processor()
    assert said.args[0] == "error"
    assert said.args[1].startswith(f"The run folder {run.path} cannot be written (")
    qtbot.waitUntil(lambda: not session.preparing)
    assert session.interrupted
    assert not session.running
    assert RunFolder.open(run.path).options.device == run.options.device
    session.close()


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the worker of a recorded run."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()


def complain(run: RunFolder, text: str) -> None:
    """Say an error as a worker does."""
    journal = Journal(run.events_path, lambda: 99.0, first=99, echo=False)
    journal.write("message", {"level": "error", "text": text})
    journal.close()


def heard_by(session: Session) -> list[str]:
    """What is said to the person from now on."""
    heard: list[str] = []
    session.message.connect(lambda _level, text: heard.append(text))
    return heard


def test_what_a_resumed_run_complained_of_before_is_not_said_again(
    project: Path, worker: subprocess.Popen[bytes], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(project / "runs" / "cut off", Recipe(Modality.TABLE, ended=None))
    complain(run, "There was no room on the disk.")
    monkeypatch.setattr("engine.worker.handle.start", lambda path, give_way: WorkerHandle(path, worker))
    session = Session()
    heard = heard_by(session)
    assert session.open_project(project)
    with qtbot.waitSignal(session.run_started):
        session.resume_run()
    complain(run, "There is no room on the disk.")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["There is no room on the disk."]
    session.close()


def test_what_a_run_under_way_complained_of_is_not_said_whenever_its_project_is_opened(
    project: Path, worker: subprocess.Popen[bytes], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(project / "runs" / "under way", Recipe(Modality.TABLE, ended=None))
    complain(run, "There was no room on the disk.")
    monkeypatch.setattr("engine.worker.handle.attach", lambda path: WorkerHandle(path, worker))
    session = Session()
    heard = heard_by(session)
    assert session.open_project(project)
    assert session.running
    complain(run, "There is no room on the disk.")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["There is no room on the disk."]
    session.close()


def test_what_a_new_run_complains_of_before_it_is_followed_is_said(
    project: Path, worker: subprocess.Popen[bytes], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def launched(*_: object) -> Launched:
        run = record(project / "runs" / "new", Recipe(Modality.TABLE, ended=None))
        complain(run, "There is no room on the disk.")
        return Launched(run, WorkerHandle(run.path, worker))

    monkeypatch.setattr("studio.session.launch", launched)
    session = Session()
    heard = heard_by(session)
    assert session.open_project(project)
    with qtbot.waitSignal(session.run_started):
        session.start_run(30)
    assert heard == ["There is no room on the disk."]
    session.close()


def test_opening_what_is_open_changes_nothing(session: Session, project: Path, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(session.message), qtbot.assertNotEmitted(session.project_changed):
        assert session.open_project(project)


def test_a_training_begun_just_before_another_project_was_opened_stays_with_its_own(
    session: Session, project: Path, photos: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    other = project_with_run(tmp_path / "other", photos)
    with qtbot.assertNotEmitted(session.run_started), qtbot.waitSignal(session.preparing_changed):
        session.start_run(30, Choices(device="cpu"))
    with qtbot.assertNotEmitted(session.run_started):
        assert session.open_project(other)
        qtbot.waitUntil(lambda: not session.preparing, timeout=WAIT_MS)
    assert session.run is None
    for handle in session._left_running:
        handle.kill()


def test_only_the_project_that_was_just_made_is_discarded(session: Session, tmp_path: Path) -> None:
    opened = session.project
    assert opened is not None
    made = Project.create(tmp_path / "made")
    session.discard_empty(made)
    assert session.project is opened
    made.close()
    opened.undo()
    record(opened.runs_path / "kept", Recipe(Modality.TABLE))
    session.discard_empty(opened)
    assert (opened.runs_path / "kept" / "plan.json").is_file()


def test_a_project_that_nothing_was_taken_into_is_gone_with_the_window(tmp_path: Path, qtbot: QtBot) -> None:
    session = Session()
    assert session.new_project(tmp_path / "made")
    session.close()
    assert not (tmp_path / "made").exists()


def test_a_project_whose_import_was_undone_stays_with_all_that_redo_brings_back(
    table: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = Session()
    assert session.new_project(tmp_path / "made")
    assert session.project is not None
    understanding = understand(table)
    session.project.add(understanding, read(understanding))
    session.undo()
    session.close()
    with Project.open(tmp_path / "made") as made:
        assert made.can_redo is not None


@pytest.mark.parametrize("content", ["{", "{}"])
def test_a_damaged_result_of_an_old_run_hides_no_other(project: Path, qtbot: QtBot, content: str) -> None:
    old = pressed(project, "first", 1000.0, Recipe(Modality.TABLE))
    (old / "result.json").write_text(content)
    good = pressed(project, "second", 2000.0, Recipe(Modality.TABLE))
    session = Session()
    with qtbot.waitSignal(session.message) as said:
        assert session.open_project(project)
    assert said.args[0] == "warning"
    assert session.run is not None
    assert session.run.path == good
    session.close()
