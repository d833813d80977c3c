"""From the press on Train to the plan of the worker: networks come from a server of our own, where asked for alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from engine.backbones import fetching
from engine.backbones.good import GOOD
from engine.budget import awake
from engine.run.folder import RunFolder
from engine.worker.handle import WorkerHandle
from labeling.project import Project
from studio.background import Job
from studio.recent import home
from studio.train.choices import AS_USUAL, Choices
from studio.train.launching import Launched, fetched_path, launch
from tests.studio.recorded_runs import project_with_run
from tests.weights_server import CONTENT, Server, file_name, serving

FETCH = Choices(fetch=True)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The runs for which a worker would be at work."""
    runs: list[Path] = []

    def start(path: Path, give_way: bool = False) -> WorkerHandle:
        runs.append(path)
        return cast("WorkerHandle", object())

    monkeypatch.setattr("engine.worker.handle.start", start)
    return runs


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving() as made:
        monkeypatch.setattr(fetching, "address", made.address)
        yield made


@pytest.fixture
def project(tmp_path: Path, photos: Path) -> Iterator[Project]:
    with Project.open(project_with_run(tmp_path / "project", photos)) as opened:
        yield opened


def launched(project: Project, choices: Choices, pressed_at: float = 1000.0) -> Launched:
    found = launch(project, 60.0, choices, pressed_at, Job())
    assert found is not None
    return found


def test_what_was_asked_for_is_fetched_kept_for_all_projects_and_given_to_the_run(
    project: Project, server: Server, started: list[Path]
) -> None:
    found = launched(project, FETCH)

    assert found.run.options.own_weights == tuple(home() / "networks" / file_name(name) for name in GOOD)
    assert all(file.read_bytes() == CONTENT for file in found.run.options.own_weights)
    assert started == [found.run.path]
    assert not found.problems
    assert launched(project, FETCH).run.options.weights == found.run.options.weights
    assert len(server.asked) == len(GOOD)


def test_the_time_of_a_run_begins_when_all_is_fetched(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [0.0]
    for clock in ("studio.train.launching.awake", "engine.run.folder.awake"):
        monkeypatch.setattr(clock, lambda: awake() + passed[0])

    def slowly(*_: object) -> tuple[list[Path], list[str]]:
        passed[0] += 3600.0
        return [], []

    monkeypatch.setattr(fetching, "fetch_good", slowly)
    found = launched(project, FETCH).run
    assert found.options.pressed_at >= 4600.0
    assert found.prepared_s is not None
    assert 0.0 < found.prepared_s < 3600.0
    assert launched(project, AS_USUAL).run.options.pressed_at == 1000.0


def test_the_sleep_of_the_computer_is_not_the_time_of_a_run(project: Project) -> None:
    began = awake()
    run = launched(project, AS_USUAL, pressed_at=time.time() - 3600.0).run  # the lid was closed for an hour
    assert run.prepared_s is not None
    assert 0.0 < run.prepared_s <= awake() - began
    assert RunFolder.open(run.path).prepared_s == run.prepared_s


def test_without_a_connection_training_goes_on_without_and_says_so(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "address", lambda name: f"http://127.0.0.1:1/{file_name(name)}")
    found = launched(project, FETCH)

    (problem,) = found.problems
    assert "could not be fetched" in problem and "goes on without them" in problem
    assert problem in found.run.options.notes
    assert not found.run.options.weights


def test_nothing_is_asked_of_anybody_unless_it_was_wished(project: Project, server: Server) -> None:
    assert not launched(project, AS_USUAL).run.options.weights
    assert not server.asked
    assert not fetched_path().exists()


def test_nothing_is_fetched_for_a_table(tmp_path: Path, table: Path, server: Server) -> None:
    with Project.open(project_with_run(tmp_path / "rows", table)) as opened:
        assert not launched(opened, FETCH).run.options.weights
    assert not server.asked


def test_networks_of_ones_own_come_first_and_are_not_fetched_again(
    project: Project, tmp_path: Path, server: Server
) -> None:
    first, other = GOOD
    own = tmp_path / "own" / f"{first}.pth"
    own.parent.mkdir()
    own.touch()
    found = launched(project, Choices(networks=own.parent, fetch=True))

    assert found.run.options.own_weights == (own, fetched_path() / file_name(other))
    assert list(own.parent.iterdir()) == [own]
    assert server.asked == [f"/{file_name(other)}"]


def test_what_is_cancelled_while_it_is_fetched_starts_nothing(
    project: Project, server: Server, started: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SLOWEST", 0)  # a busy machine is slow too
    server.complete, server.drips = False, True
    job, before = Job(), list(project.runs_path.glob("*"))
    monkeypatch.setattr(job, "say", lambda sentence: job.cancel() if "(0 MB)" in sentence else None)

    assert launch(project, 60.0, FETCH, 1000.0, job) is None
    assert len(server.asked) == 1
    assert not started
    assert list(project.runs_path.glob("*")) == before
    assert not list(fetched_path().iterdir())


def test_a_cancel_is_too_late_once_all_is_fetched(project: Project) -> None:
    job = Job()
    assert launch(project, 60.0, FETCH, 1000.0, job) is not None
    assert job.kept
