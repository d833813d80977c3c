"""What is open now: the project, its newest run and the worker behind it. Every screen looks here and listens here."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from studio.background import Background, Job, explain
from studio.changes import Changes
from studio.finding.view import View
from studio.label.suggesting import Suggesting
from studio.library import Library
from studio.listing import Label
from studio.looking import Looking
from studio.recent import forget, remember
from studio.run_watch import RunWatch
from studio.train.choices import AS_USUAL, Choices
from studio.train.launching import Launched, launch

if TYPE_CHECKING:
    from engine.events import Event
    from engine.run.folder import RunFolder
    from engine.worker.handle import WorkerHandle
    from labeling.annotations.marks import Mark
    from labeling.project import Project

FAREWELL_S = 5.0


class Session(QObject):
    """What is open now.

    Messages to the person: ``message`` carries a level (``info``, ``good``, ``warning``, ``error``) and a sentence,
    ``problem`` a sentence and the details of a report.

    Wishes to the window: ``screen_wanted`` carries the id of a screen; ``samples_wanted`` ids of samples that the Data
    screen shall show alone, and a caption; ``paths_wanted`` files to take in; ``command_wanted`` the name of one of the
    window's commands.

    ``preparing_said`` tells what is waited for before a training can begin, and is empty when that is through.

    ``run_event`` repeats every event of the run, from the first, when a project is opened: listeners start afresh at
    ``run_opened``.
    """

    project_changed = Signal()
    samples_changed = Signal()
    labels_changed = Signal()
    preparing_changed = Signal(bool)
    preparing_said = Signal(str)
    run_opened = Signal()
    run_started = Signal(object)
    run_event = Signal(object)
    run_ended = Signal(object)
    run_lost = Signal()
    model_changed = Signal()
    message = Signal(str, str)
    problem = Signal(str, str)
    screen_wanted = Signal(str)
    samples_wanted = Signal(object, str)
    paths_wanted = Signal(object)
    command_wanted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = Background()
        self.library = Library(self.background, self)
        self.library.problem.connect(self.problem)
        self.view = View(self.library, self)
        self.view.problem.connect(self.problem)
        self.changes = Changes(self.library, self)
        self.changes.changed.connect(self.labels_changed)
        self.changes.refused.connect(lambda words: self.message.emit("warning", words))
        self.suggesting = Suggesting(self.library, self)
        self.suggesting.changed.connect(self._take_suggestions)
        self.suggesting.problem.connect(self.problem)
        self.looking = Looking(self)
        self.looking.found_broken.connect(self._tell_broken)
        self.looking.looked.connect(self.suggesting.find_copies)
        self.looking.problem.connect(self.problem)
        self.project: Project | None = None
        self._made: Project | None = None  # the one that was made here last
        self.run: RunFolder | None = None
        self.handle: WorkerHandle | None = None
        self.sample_wanted = ""
        self.preparing = False
        self.interrupted = False
        self._fetching: Job | None = None
        self._watch: RunWatch | None = None
        self._left_running: list[WorkerHandle] = []
        self._leaving: list[WorkerHandle] = []
        self._told_before = False  # whether what the run says was said before it was followed here

    # -- the project ---------------------------------------------------------------------------------------------

    def open_project(self, path: Path) -> bool:
        """Open a project folder in place of the one open now; says why not in a message and returns False."""
        from labeling.errors import LabelingError
        from labeling.project import Project

        if self.project is not None and self.project.path.resolve() == path.resolve():
            return True
        try:
            project = Project.open(path)
        except (LabelingError, OSError) as error:
            self.message.emit("error", explain(error))
            return False
        self._adopt(project)
        return True

    def new_project(self, path: Path) -> bool:
        """Make a project folder and open it; says why not in a message and returns False."""
        from labeling.errors import LabelingError
        from labeling.project import Project

        try:
            project = Project.create(path)
        except (LabelingError, OSError) as error:
            self.message.emit("error", explain(error))
            return False
        self._made = project
        self._adopt(project)
        return True

    def close_project(self) -> None:
        """Close the project; a run that is under way goes on by itself."""
        if self.project is None:
            return
        self._leave_fetching()
        self._look_away()
        self._forget_run()
        self.suggesting.open(None)
        self.project.close()
        self._set_project(None)
        self.project_changed.emit()

    def discard_empty(self, project: Project | None) -> None:
        """Close a project that was just made and nothing was ever done in, and remove its folder."""
        if project is None or self.project is not project or not _is_untouched(project):
            return
        self.close_project()
        shutil.rmtree(project.path, ignore_errors=True)
        forget(project.path)

    def _adopt(self, project: Project) -> None:
        if self.project is not None:
            self._leave_fetching()
            self._look_away()
            self._forget_run()
            self.suggesting.open(None)
            self.project.close()
        remember(project.path)
        self._set_project(project)
        self.project_changed.emit()
        self._open_newest_run(project)
        self.look_on()

    def _set_project(self, project: Project | None) -> None:
        self.project = self.changes.project = project
        self.suggesting.open(project)
        self.view.open(project)
        self.library.open(project)

    def look_on(self) -> None:
        """Search photos for near-copies and look at samples to suggest labels, unless a training needs the computer."""
        if self.project is not None and not self.running and not self.preparing:
            self.looking.start(self.project)
            self.suggesting.go_on()

    def _look_away(self) -> None:
        self.looking.stop()
        self.suggesting.rest()

    def _take_suggestions(self) -> None:
        self.changes.suggestions = self.suggesting.suggestions
        self.view.suggest(self.suggesting.suggestions)

    def _tell_broken(self, broken: int) -> None:
        photos = "1 photo turned" if broken == 1 else f"{broken:,} photos turned"
        self.message.emit("warning", f"{photos} out to be damaged inside. Training passes over what cannot be opened.")

    def show_in_label(self, sample_id: str) -> None:
        """Show a sample on the Label screen, which looks at ``sample_wanted`` when it is shown."""
        self.sample_wanted = sample_id
        self.screen_wanted.emit("label")

    def set_label(self, ids: Sequence[str], label: Label, name: str) -> None:
        """Commit a label; ``name`` is what undo calls it."""
        self.changes.set_labels(dict.fromkeys(ids, label), name)

    def set_marks(self, sample_id: str, marks: Sequence[Mark], name: str, joined: bool = False) -> None:
        """Commit the marks of a sample; see :meth:`studio.changes.Changes.set_marks`."""
        self.changes.set_marks(sample_id, marks, name, joined)

    @property
    def undo_name(self) -> str | None:
        """What undo would take back, or None."""
        return self.changes.undo_name

    @property
    def redo_name(self) -> str | None:
        """What redo would do again, or None."""
        return self.changes.redo_name

    def undo(self) -> None:
        """Take the last change back."""
        self.changes.undo()

    def redo(self) -> None:
        """Do the change taken back last again."""
        self.changes.redo()

    # -- the run -------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a worker is training now (or paused)."""
        return self.handle is not None

    @property
    def model_path(self) -> Path | None:
        """The model folder of the run open now, once there is one."""
        return self.run.model_path if self.run is not None and _has_model(self.run) else None

    @property
    def fetching(self) -> bool:
        """Whether a training waits for networks from the internet: it can still be given up."""
        return self._fetching is not None and not self._fetching.kept

    @property
    def given_up(self) -> bool:
        """Whether such a training was given up, and what is under way for it comes to an end."""
        return self._fetching is not None and self._fetching.cancelled() and not self._fetching.kept

    def cancel_fetching(self) -> None:
        """Give up the training that waits for networks, if there is one."""
        if self._fetching is not None:
            self._fetching.cancel()

    def _leave_fetching(self) -> None:
        if self.fetching and not self.given_up:
            self.cancel_fetching()
            self.message.emit("info", "The training that waited for networks had not begun, and was given up.")

    def _begin(self, work: Callable[[Job], Launched | None], title: str) -> Job:
        """Start a worker in the background, and follow its run where the project is still open by then."""
        project = self.project
        job = self.background.start(work, title)
        job.said.connect(self.preparing_said)
        job.done.connect(lambda launched: self._launched(project, launched))
        job.failed.connect(lambda error: self._not_launched(project, error))
        job.finished.connect(lambda: self._set_preparing(False))
        return job

    def start_run(self, budget_s: float, choices: Choices = AS_USUAL) -> None:
        """Freeze the labels into a run folder and start its worker, in the background; see :func:`launch`."""
        if self.project is None or self.running or self.preparing:
            return
        pressed_at = time.time()
        self._look_away()
        project = self.project
        self._set_preparing(True)
        job = self._begin(lambda job: launch(project, budget_s, choices, pressed_at, job), "Preparing")
        self._fetching = job if choices.fetch else None

    def resume_run(self) -> None:
        """Let the run that stopped half-way go on with the time it has left."""
        self._restart()

    def resume_on_processor(self) -> None:
        """Let it go on without the graphics card, which may be what stopped it."""
        self._restart(device="cpu")

    def use_what_it_learned(self) -> None:
        """End the run that stopped half-way and keep its best model."""
        self._restart("finish")

    def discard_interrupted(self) -> None:
        """Throw the run that stopped half-way away; labels and earlier models stay."""
        self._restart("discard")

    def send(self, command: str) -> None:
        """Tell the worker ``pause``, ``resume``, ``finish`` or ``discard``."""
        if self.handle is not None:
            self.handle.send(command)

    def _restart(self, command: str = "", device: str = "") -> None:
        run = self.run
        if run is None or self.running or self.preparing:
            return
        self._look_away()
        self._set_preparing(True)

        def work(_job: Job) -> Launched:
            from engine.worker.handle import start

            run.check_writable()
            planned = run.with_device(device) if device else run
            handle = start(planned.path, give_way=True)
            if command:
                handle.send(command)
            return Launched(planned, handle)

        self._begin(work, "Resuming")

    def _launched(self, project: Project | None, launched: Launched) -> None:
        if not self._is_open(project):  # it goes on by itself, and is found when that project is opened again
            launched.handle.release()
            self._left_running.append(launched.handle)
            return
        again = self.run is not None and self.run.path == launched.run.path
        self._follow(launched.run, launched.handle, told_before=again)
        self.run_started.emit(launched.run)
        for problem in launched.problems:
            self.message.emit("warning", problem)

    def _not_launched(self, project: Project | None, error: object) -> None:
        if self._is_open(project):
            self.message.emit("error", explain(error))

    def _is_open(self, project: Project | None) -> bool:
        """Tell whether a project is open, be it that it was closed and opened again meanwhile."""
        return self.project is not None and project is not None and self.project.path == project.path

    def _set_preparing(self, preparing: bool) -> None:
        self.preparing = preparing
        if not preparing:
            self._fetching = None
            self.preparing_said.emit("")
        self.preparing_changed.emit(preparing)
        self.look_on()

    def _open_newest_run(self, project: Project) -> None:
        from engine.errors import EngineError
        from engine.run.folder import RunFolder
        from engine.worker.handle import attach

        runs: list[tuple[RunFolder, dict[str, Any] | None]] = []
        for plan in sorted(project.runs_path.glob("*/plan.json")):
            try:
                found = RunFolder.open(plan.parent)
                runs.append((found, found.result()))
            except EngineError as error:
                self.message.emit("warning", explain(error))
        newest_first = sorted(runs, key=lambda told: told[0].options.pressed_at, reverse=True)
        kept = [one for one in newest_first if one[1] is None or one[1]["stopped_because"] != "discarded"]
        # one that ended without a model must not hide those before it, which have one
        useful = [one for one in kept if one[1] is None or _has_model(one[0])]
        for run, result in useful or kept:
            handle = None if result is not None else attach(run.path)
            self.interrupted = result is None and handle is None
            self._follow(run, handle)
            return

    def _follow(self, run: RunFolder, handle: WorkerHandle | None, told_before: bool = True) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch.deleteLater()
        self.run, self.handle = run, handle
        if handle is not None:
            self.interrupted = False
        self._watch = RunWatch(run, handle, self)
        self._watch.happened.connect(self._take)
        self._watch.ended.connect(self._ended)
        self._watch.lost.connect(self._lost)
        self.run_opened.emit()
        self._told_before = told_before
        self._watch.poll()
        self._told_before = False
        if self.model_path is not None:
            self.model_changed.emit()

    def _forget_run(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch.deleteLater()
        if self.handle is not None:
            self.handle.release()
            self._left_running.append(self.handle)
        self._watch = self.run = self.handle = None
        self.interrupted = False
        self.run_opened.emit()
        self.model_changed.emit()

    def _take(self, event: Event) -> None:
        self.run_event.emit(event)
        if event.type == "point" and self.handle is not None:
            self.model_changed.emit()
        if event.type == "message" and self.handle is not None and not self._told_before:
            level = str(event.data.get("level", "info"))
            if level != "info":  # the Train screen's feed tells those
                self.message.emit(level, str(event.data.get("text", "")))

    def _ended(self) -> None:
        self._see_off()
        result: dict[str, Any] | None = self.run.result() if self.run is not None else None
        self.run_ended.emit(result)
        if result is not None and result["stopped_because"] == "discarded" and self.project is not None:
            self._forget_run()
            self._open_newest_run(self.project)
        self.model_changed.emit()

    def _lost(self) -> None:
        self._see_off()
        self.interrupted = True
        self.run_lost.emit()

    def _see_off(self) -> None:
        """Wait in the background until the worker's process is gone: it lives a moment longer than its last event."""
        handle, self.handle = self.handle, None
        self.look_on()
        if handle is not None:
            handle.release()
            self._leaving.append(handle)
            self.background.start(lambda _job: handle.wait(FAREWELL_S), "Waiting for the worker to leave")

    def close(self) -> None:
        """Close the project and wait for what is under way in the background."""
        self.looking.close()
        self.suggesting.close()
        self.view.close()
        self.background.close()
        self.discard_empty(self._made)  # the window was closed before anything was taken into it
        self.close_project()
        for handle in self._leaving:
            handle.wait(FAREWELL_S)
        for handle in self._left_running:
            handle.wait(0)


def _is_untouched(project: Project) -> bool:
    """Tell whether a project holds nothing, not even what undo took away, or a run."""
    from labeling.errors import LabelingError

    try:
        changed = project.count() > 0 or project.can_undo is not None or project.can_redo is not None
    except LabelingError:
        return False
    return not changed and not any(project.runs_path.glob("*"))


def _has_model(run: RunFolder) -> bool:
    return (run.model_path / "model.json").is_file()
