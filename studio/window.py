"""The one window: the rail, the screen shown, messages above it and the next step below it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QSettings, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from studio.actions import SCREENS, find
from studio.background import Background
from studio.commands import Commands
from studio.dropping import DropVeil, dropped_paths
from studio.icons import icon, set_icon
from studio.keys.keymap import keymap, with_key
from studio.next_step import NextStepBar
from studio.rail import Rail
from studio.screen import Screen
from studio.session import Session
from studio.theme import SPACE, Mode, theme
from studio.widgets.basics import row
from studio.widgets.message_bar import MessageArea

_PROJECT_NEEDS = ("labeling.project", "labeling.importing", "engine.run.folder", "engine.worker.handle")
_MOMENT_MS = 20
_SCREENS_NEED = (
    "studio.train.running",
    "studio.results.page",
    "studio.try_it.page",
    "labeling.formats",
    "labeling.snapshot",
    "PIL.Image",
)


class MainWindow(QMainWindow):
    """The shell around the six screens; ``painted`` comes once, with the first paint, ``ready`` with the last screen.

    Screens are built on first need, the rest one by one while nothing happens.
    """

    painted = Signal()
    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._was_painted = False
        self.session = Session(self)
        self._screens: dict[str, Screen] = {}
        self._shown = ""
        self._commands = Commands(self, self)
        self._build()
        self._veil = DropVeil(self)
        self._refresher = QTimer(self, singleShot=True, interval=0)
        self._refresher.timeout.connect(self._refresh)
        self._listen()
        self.setAcceptDrops(True)
        self.setWindowTitle("Autodidact Studio")
        self.setMinimumSize(720, 480)
        self.resize(1240, 820)
        stored = QSettings().value("geometry")
        if stored is not None:
            self.restoreGeometry(stored)
        self.go("data")

    # -- what actions use ----------------------------------------------------------------------------------------

    def go(self, screen_id: str) -> None:
        """Show a screen."""
        if screen_id == self._shown:
            return
        if self._shown:
            self._screens[self._shown].deactivate()
        shown = self.page(screen_id)
        self._shown = screen_id
        self._stack.setCurrentWidget(shown)
        self.rail.select(screen_id)
        self._commands.show_menu_of(screen_id)
        shown.activate()
        shown.setFocus()
        self._refresher.start()

    def page(self, screen_id: str) -> Screen:
        """Return a screen, building it on first need."""
        if screen_id not in self._screens:
            built: Screen = import_module(f"studio.{screen_id}.screen").build(self.session)
            built.changed.connect(self._refresher.start)
            self._screens[screen_id] = built
            self._stack.addWidget(built)
            self._commands.attach(screen_id, built)
        return self._screens[screen_id]

    @property
    def shown(self) -> str:
        """The id of the screen shown now."""
        return self._shown

    def command(self, name: str) -> None:
        """Do one of the window's own commands (see ``of_window`` in :mod:`studio.actions`)."""
        {
            "import_folder": self._import_folder,
            "import_file": self._import_file,
            "open_project": self._open_project,
            "close_project": self.session.close_project,
            "quit": self.close,
            "theme_system": lambda: theme().choose(Mode.SYSTEM),
            "theme_light": lambda: theme().choose(Mode.LIGHT),
            "theme_dark": lambda: theme().choose(Mode.DARK),
            "full_screen": self._toggle_full_screen,
            "palette": self._show_palette,
            "keys": self._show_keys,
            "history": self._show_history,
        }[name]()

    def trigger(self, action_id: str) -> None:
        """Carry out a declared action."""
        self._commands.trigger(action_id)

    def take_in(self, paths: list[Path]) -> None:
        """Begin to import files: a project folder is opened, anything else is shown on the Data screen first."""
        if _is_project(paths):
            self.session.open_project(paths[0])
            return
        self.go("data")
        self.page("data").drop(paths)

    # -- the window ----------------------------------------------------------------------------------------------

    def logo(self) -> QIcon:
        """Return the application's icon."""
        return icon("logo", "accent", 64)

    def warm_up(self, project: Path | None) -> None:
        """After the first paint: load what is slow to load in a thread, then open ``project`` and build the screens."""
        background = self.session.background
        job = background.start(lambda _job: _import_all(_PROJECT_NEEDS), "Starting")
        if project is not None:
            job.done.connect(lambda _result: self.session.open_project(project))
        job.finished.connect(lambda: self._import_then_build(background))

    def _import_then_build(self, background: Background) -> None:
        job = background.start(lambda _job: _import_all(_SCREENS_NEED), "Preparing the screens")
        job.finished.connect(self._build_next_screen)

    def _build_next_screen(self) -> None:
        for screen_id, _title in SCREENS:
            if screen_id not in self._screens:
                self.page(screen_id)
                self._refresher.start()
                QTimer.singleShot(0, self._build_next_screen)
                return
        self._prepare_next(list(self._screens.values()))

    def _prepare_next(self, screens: list[Screen]) -> None:
        """Prepare one screen after the other, with a moment for the person in between."""
        if not screens:
            self.ready.emit()
            return
        screens[0].prepare()
        QTimer.singleShot(_MOMENT_MS, self, lambda: self._prepare_next(screens[1:]))

    def _build(self) -> None:
        self.rail = Rail()
        keys = self._keys_button = self._foot_button("keyboard", "Keys of this screen", self._show_keys)
        keymap().changed.connect(self._tip_keys)
        self._tip_keys()
        self.rail.add_foot(row(keys, self._foot_button("theme", "Light or dark", self._swap_theme), None))
        self._stack = QStackedWidget()
        self.messages = MessageArea()
        self.next_step = NextStepBar()
        middle = QVBoxLayout()
        middle.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        middle.setSpacing(SPACE)
        middle.addWidget(self.messages)
        middle.addWidget(self._stack, 1)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addLayout(middle, 1)
        right.addWidget(self.next_step)
        content = QWidget()
        content.setObjectName("content")
        across = QHBoxLayout(content)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.rail)
        across.addLayout(right, 1)
        self.setCentralWidget(content)

    def _listen(self) -> None:
        session = self.session
        self.rail.chosen.connect(self.go)
        self.next_step.wanted.connect(self.trigger)
        session.message.connect(self.messages.show_message)
        session.problem.connect(lambda words, details: self.messages.show_message("error", words, details))
        session.screen_wanted.connect(self.go)
        session.command_wanted.connect(self.command)
        session.paths_wanted.connect(self.take_in)
        session.samples_wanted.connect(lambda _ids, _caption: self.go("data"))
        session.project_changed.connect(self._project_changed)
        session.run_lost.connect(self._offer_resume)
        session.run_started.connect(lambda _run: self.messages.clear())
        session.run_opened.connect(self._offer_resume)
        for signal in (session.samples_changed, session.labels_changed, session.model_changed, session.run_opened):
            signal.connect(self._refresher.start)

    def _refresh(self) -> None:
        for screen_id, screen in self._screens.items():
            self.rail.buttons[screen_id].set_state(screen.state())
        shown = self._screens[self._shown]
        action = "" if _has_primary(shown) else shown.next_action()
        self.next_step.show_step(shown.next_step(), action, find(action).title if action else "")

    def _project_changed(self) -> None:
        self.messages.clear()
        project = self.session.project
        self.setWindowTitle(f"{project.path.name} – Autodidact Studio" if project else "Autodidact Studio")
        self._refresher.start()

    def _offer_resume(self) -> None:
        if not self.session.interrupted:
            return
        words = "Training stopped before its time was up. Nothing is lost: the best result so far is kept."
        bar = self.messages.show_message("warning", words)
        bar.offer("Resume", self.session.resume_run)
        if self.session.model_path is not None:
            bar.offer("Use what it learned", self.session.use_what_it_learned)
        bar.offer("Discard", self.session.discard_interrupted)

    def _foot_button(self, drawing: str, words: str, calls: Callable[[], None]) -> QToolButton:
        made = QToolButton()
        set_icon(made, drawing, "muted")
        made.setMinimumSize(32, 32)
        made.setToolTip(words)
        made.setAccessibleName(words)
        made.clicked.connect(lambda _checked=False: calls())
        return made

    def _tip_keys(self) -> None:
        self._keys_button.setToolTip(with_key("Keys of this screen", "window.keys"))

    def _swap_theme(self) -> None:
        theme().choose(Mode.LIGHT if theme().palette.dark else Mode.DARK)

    def _import_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose a folder of photos, sounds or texts")
        if chosen:
            self.take_in([Path(chosen)])

    def _import_file(self) -> None:
        tables, packed = "*.csv *.tsv *.txt *.xlsx *.parquet *.jsonl", "*.zip *.tar *.tgz *.tar.gz *.tar.xz *.tar.bz2"
        kinds = f"All files (*);;Tables, archives, labels of other tools ({tables} {packed} *.json)"
        chosen, _kind = QFileDialog.getOpenFileNames(self, "Choose files", "", kinds)
        if chosen:
            self.take_in([Path(name) for name in chosen])

    def _open_project(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Open a project folder")
        if chosen:
            self.session.open_project(Path(chosen))

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _show_palette(self) -> None:
        from studio.command_palette import CommandPalette
        from studio.keys.overlay import shown_keys

        actions = self._commands.possible(self._shown)
        entries = [(action.id, self._commands.title(action), shown_keys(action)) for action in actions]
        palette = CommandPalette(entries, self.trigger, self)
        palette.move(self.mapToGlobal(self.rect().center()) - palette.rect().center())
        palette.show()

    def _show_keys(self) -> None:
        from studio.keys.overlay import KeyOverlay

        KeyOverlay(self._shown, self._commands.is_possible, self.session, self).open()

    def _show_history(self) -> None:
        from studio.history import HistoryList

        HistoryList(self.session, self).open()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            what = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
            self._veil.cover(f"Drop {what} here")

    @override
    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._veil.hide()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self._veil.hide()
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            if _is_project(paths) or not self._screens[self._shown].drop(paths):
                self.take_in(paths)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close():
            event.ignore()
            return
        QSettings().setValue("geometry", self.saveGeometry())
        self.hide()  # what is under way may take seconds to end
        for screen in self._screens.values():
            screen.close_down()
        self.session.close()
        event.accept()

    def _may_close(self) -> bool:
        if self.session.fetching and not (self.session.given_up or self._may_give_up()):
            return False
        if self.session.fetching:  # it may have begun while the question was asked
            self.session.cancel_fetching()
            return True
        return not (self.session.running or self.session.preparing) or self._may_leave()

    def _may_give_up(self) -> bool:
        """Ask whether a training that waits for networks shall not begin at all; False keeps the window open."""
        box = self._question(
            "Networks are being fetched",
            "Close the window and give this training up?",
            "It waits for networks from the internet and has not begun. Your labels are safe.",
        )
        give_up = box.addButton("Give it up", QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        return box.clickedButton() is give_up

    def _may_leave(self) -> bool:
        """Ask what becomes of the training that is under way; False keeps the window open."""
        box = self._question(
            "Training is under way",
            "Keep training while the window is closed?",
            "You will find the result when you open this project again.",
        )
        keep = box.addButton("Keep training", QMessageBox.ButtonRole.AcceptRole)
        finish = box.addButton("Finish now", QMessageBox.ButtonRole.ActionRole)
        stay = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(stay)
        box.exec()
        if box.clickedButton() is finish:
            self._wait_until_started()
            self.session.send("finish")
        elif box.clickedButton() is keep:
            self.session.send("resume")  # nobody is there to end a pause
        return box.clickedButton() in (keep, finish)

    def _question(self, title: str, words: str, more: str) -> QMessageBox:
        """Return a question that has no buttons yet."""
        box = QMessageBox(self)
        box.setWindowTitle(title)
        box.setText(words)
        box.setInformativeText(more)
        return box

    def _wait_until_started(self) -> None:
        """Wait for a worker that is being started: only then can it be told anything."""
        while self.session.preparing:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _is_project(paths: list[Path]) -> bool:
    return len(paths) == 1 and (paths[0] / "project.db").is_file()


def _has_primary(screen: Screen) -> bool:
    """Tell whether a screen shows a primary button of its own: there is never more than one."""
    return any(made.isVisible() and made.property("kind") == "primary" for made in screen.findChildren(QPushButton))


def _import_all(names: tuple[str, ...]) -> None:
    """Import modules away from the GUI thread. None of them makes a widget when imported."""
    for name in names:
        import_module(name)
