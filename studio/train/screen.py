"""The Train screen: one card, one button; then the curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from engine.task import Modality
from studio.changes import keep_setting, kept_setting
from studio.screen import Screen, ScreenState
from studio.session import Session
from studio.train.choices import restored
from studio.train.feed import STOPPED, Feed
from studio.train.goal import Goal, goal
from studio.train.material import material_of
from studio.train.progress import RunProgress
from studio.train.replay import said_so_far
from studio.train.setup import SetupCard
from studio.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from engine.events import Event
    from studio.train.running import RunPanel

REFRESH_MS = 100
_BUDGET_SETTING, _CHOICES_SETTING = "train.budget_s", "train.choices"


def build(session: Session) -> Screen:
    """Return the Train screen."""
    return TrainScreen(session)


class TrainScreen(Screen):
    """What will be learned, for how long, and watching it."""

    id = "train"
    title = "Train"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.progress = RunProgress()
        self.feed = Feed(self.progress)
        self.goal: Goal | None = None
        self._wants_setup = True
        self.empty = EmptyState("train", "Nothing to learn from yet", "Bring in photos or a table first.")
        self.empty.offer("Go to Data", lambda: session.screen_wanted.emit("data"))
        self.setup = SetupCard(session.background)
        self.panel: RunPanel | None = None
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._setup_area = _scrolling(self.setup)
        self._pages.addWidget(self._setup_area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._show)
        self._labels_stale = QTimer(self)
        self._labels_stale.setSingleShot(True)
        self._labels_stale.setInterval(REFRESH_MS)
        self._labels_stale.timeout.connect(self._take_labels)
        self.setup.train_wanted.connect(self._train)
        self.setup.labels_wanted.connect(lambda _name: session.screen_wanted.emit("label"))
        self.setup.cancel_wanted.connect(session.cancel_fetching)
        self.setup.drawer.changed.connect(self.changed)
        self._listen(session)
        self._take_project()
        self._start_over()
        for event in said_so_far(session):
            self._take_event(event)

    def _listen(self, session: Session) -> None:
        session.project_changed.connect(self._take_project)
        session.library.reset.connect(self._take_labels)
        session.library.relabelled.connect(self._labels_stale.start)
        session.preparing_changed.connect(lambda _busy: self._show())
        session.preparing_said.connect(self._tell_fetching)
        session.run_opened.connect(self._start_over)
        session.run_started.connect(lambda _run: self._watch())
        session.run_event.connect(self._take_event)
        session.run_ended.connect(lambda _result: self._ended())
        session.run_lost.connect(self._show)

    # -- what the window asks ------------------------------------------------------------------------------------

    @override
    def state(self) -> ScreenState:
        if self.goal is None:
            return ScreenState.EMPTY
        if self.session.interrupted or (self.session.model_path is None and not self.session.running):
            return ScreenState.NEEDS_YOU
        return ScreenState.READY

    @override
    def next_step(self) -> str:
        if self.goal is None:
            return ""
        if self.session.interrupted:
            return "Resume the training that stopped, or use what it learned."
        if self.session.running:
            return "Training is under way. You can try the model meanwhile."
        if self.session.fetching:
            return "Training begins once the networks are there."
        if self.goal.blocked:
            return self.goal.blocked
        if self.session.model_path is None:
            return "Press Train: a first model is there within seconds."
        return "See how good the model is."

    @override
    def next_action(self) -> str:
        if self.goal is None or self.session.interrupted or self.session.fetching:
            return ""
        if self.session.running:
            return "go.try_it" if self.session.model_path is not None else ""
        if self.goal.blocked:
            return "go.label"
        return "train.start" if self.session.model_path is None else "go.results"

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {
            "start": self.start,
            "pause": lambda: self._send("pause"),
            "resume": self._resume,
            "finish": lambda: self._send("finish"),
            "discard": self._ask_discard,
        }

    @override
    def can(self, command: str) -> bool:
        if command == "start":
            return self.goal is not None and not self.session.running and self.setup.can_train
        if command in ("resume", "discard") and self.session.interrupted:
            return not self.session.preparing
        return self.session.running and self.panel is not None and self.panel.can(command)

    @override
    def prepare(self) -> None:
        self._run_panel()

    @override
    def activate(self) -> None:
        self._take_labels()
        self.setup.drawer.networks.look()
        self._show()

    # -- what the person does ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Train for the time chosen, with the labels as they are."""
        self._wants_setup = True
        self._take_labels()
        self.setup.press()

    def _train(self, budget_s: float) -> None:
        choices = self.setup.drawer.chosen
        keep_setting(self.session.project, _BUDGET_SETTING, budget_s)
        keep_setting(self.session.project, _CHOICES_SETTING, choices.kept())
        self.session.start_run(budget_s, choices)

    def _resume(self) -> None:
        if self.session.interrupted:
            self.session.resume_run()
        else:
            self._send("resume")

    def _send(self, verb: str) -> None:
        if self.panel is not None:
            self.panel.asked(verb)
        self.session.send(verb)
        self.changed.emit()

    def _ask_discard(self) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, "Discard this training?", "Discard this training?", parent=self)
        box.setInformativeText("What it learned so far is thrown away. Your labels and earlier models stay.")
        discard = box.addButton("Discard training", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        discard.clicked.connect(self._discard)
        box.finished.connect(box.deleteLater)
        box.open()

    def _discard(self) -> None:
        if self.session.interrupted:
            self.session.discard_interrupted()
        else:
            self._send("discard")

    # -- what happens --------------------------------------------------------------------------------------------

    def _take_project(self) -> None:
        project = self.session.project
        stored = kept_setting(project, _BUDGET_SETTING)
        if stored:
            self.setup.durations.choose(float(stored))
        self.setup.drawer.choose(restored(kept_setting(project, _CHOICES_SETTING)))
        self._take_labels()

    def _take_labels(self) -> None:
        material = material_of(self.session)
        self.goal = goal(material) if material is not None else None
        if material is not None and self.goal is not None:
            self.setup.drawer.be_about(photos=material.modality is Modality.IMAGE)
            self.setup.show_goal(self.goal, self.session.preparing)
        self._show()

    def _tell_fetching(self, words: str) -> None:
        fetching = self.setup.fetching
        begins = bool(words) and fetching.isHidden()
        self.setup.show_fetching(words)
        if begins:  # once it has its place, which may be below the fold
            QTimer.singleShot(0, self, lambda: self._setup_area.ensureWidgetVisible(fetching))
        self.changed.emit()

    def _start_over(self) -> None:
        self.progress = RunProgress()
        self.feed = Feed(self.progress)
        self._wants_setup = self.session.run is None
        if self.panel is not None:
            self.panel.start_over()
        self._refresh.start()

    def _watch(self) -> None:
        self._wants_setup = False
        focused = QApplication.focusWidget()
        self._show()
        if self.panel is not None and focused is not None and (focused is self or self.isAncestorOf(focused)):
            self.panel.take_focus()

    def _take_event(self, event: Event) -> None:
        if self.progress.take(event):
            self.feed.take(event)
        if not self._refresh.isActive():
            self._refresh.start()

    def _ended(self) -> None:
        if self.progress.stopped_because == "discarded":
            self._wants_setup = True
            self.session.message.emit("info", STOPPED["discarded"])
        self._show()

    def _set_up_again(self) -> None:
        self._wants_setup = True
        self._show()
        self.setup.train.setFocus()

    def _show(self) -> None:
        if self.goal is None and self.session.run is None:
            self._pages.setCurrentIndex(0)
        elif self._wants_setup or self.session.run is None:
            if self.goal is not None:
                self.setup.show_goal(self.goal, self.session.preparing)
            self._pages.setCurrentIndex(1)
        else:
            panel = self._run_panel()
            panel.show_progress(self.progress, self.feed, self.session.interrupted)
            self._pages.setCurrentIndex(2)
        self.changed.emit()

    def _run_panel(self) -> RunPanel:
        if self.panel is None:
            from studio.train.running import RunPanel

            panel = self.panel = RunPanel()
            panel.command_wanted.connect(lambda verb: self.commands()[verb]())
            panel.resume_wanted.connect(self.session.resume_run)
            panel.processor_wanted.connect(self.session.resume_on_processor)
            panel.use_wanted.connect(self.session.use_what_it_learned)
            panel.results_wanted.connect(lambda: self.session.screen_wanted.emit("results"))
            panel.again_wanted.connect(self._set_up_again)
            self._pages.addWidget(_scrolling(panel))
        return self.panel


def _scrolling(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(inside)
    area.setAccessibleName("Train")
    return area
