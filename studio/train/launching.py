"""From the press on Train to a worker at work; it takes seconds, or minutes where networks are fetched first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.budget import awake
from studio.background import Job
from studio.recent import home
from studio.train.choices import Choices, own_networks

if TYPE_CHECKING:
    from engine.run.folder import RunFolder
    from engine.worker.handle import WorkerHandle
    from labeling.project import Project


@dataclass(frozen=True, slots=True)
class Launched:
    """A run, its worker, and sentences about what the run has to do without."""

    run: RunFolder
    handle: WorkerHandle
    problems: tuple[str, ...] = ()


def fetched_path() -> Path:
    """Return the folder where fetched networks are kept, for all projects.

    It is not the person's own one: of that the first few files count, and they shall not be others than before.
    """
    return home().resolve() / "networks"


def launch(project: Project, budget_s: float, choices: Choices, pressed_at: float, job: Job) -> Launched | None:
    """Freeze the labels into a run folder and start its worker.

    Networks that were asked for are fetched before, of which ``job`` tells; cancelled until then, nothing is started
    and the answer is None. The time that fetching takes is not the run's: it is as if Train had been pressed so much
    later.
    """
    pressed = awake()  # nearly pressed_at; by the time of day a sleep, or a clock set right, would cost budget
    from engine.run.folder import RunFolder, RunOptions
    from engine.task import Modality
    from engine.worker.handle import start
    from labeling.errors import ImportRefused
    from labeling.provenance import write_origins
    from labeling.snapshot import snapshot

    understanding = project.understanding()
    if understanding is None:
        raise ImportRefused("There is nothing to learn from yet. Take in some photos or a table first.")
    frozen = snapshot(project.frame(), understanding)
    origins = project.origins()  # before anything takes long: the project may be closed meanwhile
    of_photos = understanding.modality is Modality.IMAGE
    own = own_networks(choices.networks if of_photos else None)
    weights, problems = own.files, tuple[str, ...]()
    if choices.fetch and of_photos:
        began = awake()
        fetched, problems = _fetched(own.files, job)
        if job.cancelled():
            return None
        job.keep()
        weights = (*weights, *fetched)
        took = awake() - began
        pressed, pressed_at = pressed + took, pressed_at + took
    options = RunOptions(
        budget_s=budget_s,
        device=choices.device,
        pressed_at=pressed_at,
        cache=str(project.cache_path),
        notes=(*([own.problem] if own.problem else []), *problems, *frozen.notes),
        max_latency_ms=choices.max_latency_ms,
        weights=tuple(str(file) for file in weights),
    )
    run = RunFolder.create(project.new_run_path(), frozen.task, frozen.dataset, options, pressed=pressed)
    write_origins(run.path, origins)
    return Launched(run, start(run.path, give_way=True), problems)


def _fetched(own: tuple[Path, ...], job: Job) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the good networks that the person has not, fetched unless they are there, and what went wrong."""
    from engine.backbones.fetching import fetch_good

    job.say("Looking for the larger networks…")
    found, troubles = fetch_good(fetched_path(), own, job.say, job.cancelled)
    job.say("")
    return tuple(found), tuple(troubles)
