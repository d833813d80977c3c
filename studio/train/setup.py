"""Before training: what will be learned, for how long, and one big button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio import wording
from studio.background import Background
from studio.theme import SPACE
from studio.train.drawer import ChoicesDrawer
from studio.train.durations import DurationChooser
from studio.train.goal import Concern, Goal
from studio.widgets.basics import button, card, row, text
from studio.widgets.note import Note


class SetupCard(QWidget):
    """Emits ``train_wanted`` with the budget in seconds, and ``labels_wanted`` with the class that needs them.

    ``cancel_wanted`` comes while networks are fetched for a training that has not begun.
    """

    train_wanted = Signal(float)
    labels_wanted = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._goal = Goal("", (), ())
        self._busy = False
        self._sentence = text("", "title")
        self._details = text("", "muted")
        self._concerns = QVBoxLayout()
        self._concerns.setSpacing(SPACE // 2)
        self.durations = DurationChooser()
        self.drawer = ChoicesDrawer(background)
        self.train = button("Train", self._press, "primary")
        self.train.setMinimumSize(180, 44)
        self._why_not = text("", "muted")
        self.fetching = Note("info")
        self.cancel = self.fetching.offer("Cancel", self._cancel)
        self.cancel.setToolTip("Fetch nothing more, and do not begin")
        self.fetching.hide()
        panel = card(text("What will be learned", "caption"), self._sentence, self._details)
        inside = panel.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.addLayout(self._concerns)
        inside.addSpacing(2 * SPACE)
        inside.addWidget(text("How long may it train?", "heading"))
        inside.addWidget(self.durations)
        inside.addWidget(
            text("A first model is there within seconds. It gets better until time is up or nothing helps.", "caption")
        )
        inside.addWidget(self.drawer)
        inside.addSpacing(SPACE)
        inside.addWidget(row(self.train, self._why_not, spacing=2 * SPACE))
        inside.addWidget(self.fetching)
        panel.setMaximumWidth(760)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(panel, 10)
        across.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(1)
        layout.addLayout(across)
        layout.addStretch(2)
        self.durations.changed.connect(self._refresh)
        self.drawer.changed.connect(self._refresh)
        self.durations.choose(300.0)

    @property
    def can_train(self) -> bool:
        """Whether the button would do something."""
        return not (self._busy or self._why_not_now or self.durations.seconds is None)

    @property
    def _why_not_now(self) -> str:
        return self._goal.blocked or self.drawer.problem

    def show_goal(self, goal: Goal, busy: bool) -> None:
        """Show what would be learned; ``busy`` while a training is being prepared."""
        self._goal, self._busy = goal, busy
        self._sentence.setText(goal.sentence)
        self._details.setText(" ".join(goal.details))
        self._details.setVisible(bool(goal.details))
        while (item := self._concerns.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        for concern in goal.concerns:
            self._concerns.addWidget(_concern_note(concern, self.labels_wanted.emit))
        self._refresh()

    def show_fetching(self, words: str) -> None:
        """Show how far the networks are that are fetched for a training; empty while none are."""
        if not words and self.cancel.hasFocus():
            self.setFocus()  # or Qt would pass it on to the rail when the button goes
        if words:
            self.fetching.say("info", words)
        else:
            self.cancel.setText("Cancel")
            self.cancel.setEnabled(True)
        self.fetching.setVisible(bool(words))
        if words and self.hasFocus():
            self.cancel.setFocus()
        self._refresh()

    def press(self) -> None:
        """Do what the button does, if it can."""
        self._press()

    def _press(self) -> None:
        seconds = self.durations.seconds
        if self.can_train and seconds is not None:
            self.train_wanted.emit(seconds)

    def _cancel(self) -> None:
        self.setFocus()  # as above
        self.cancel.setText("Cancelling…")  # what is under way may take seconds to end
        self.cancel.setEnabled(False)
        self.cancel_wanted.emit()

    def _refresh(self) -> None:
        seconds = self.durations.seconds
        title = "Train" if not self._busy else "Starting…" if self.fetching.isHidden() else "Fetching…"
        self.train.setText(title)
        self.train.setAccessibleName(
            title if self._busy or seconds is None else f"Train for {wording.duration(seconds)}"
        )
        if self._busy and self.train.hasFocus():
            self.setFocus()  # or Qt would pass it on to the rail when the button is switched off
        self.train.setEnabled(self.can_train)
        if not self._busy and self.hasFocus():
            self.train.setFocus()  # nothing was started
        self._why_not.setText(self._why_not_now)


def _concern_note(concern: Concern, wanted: Callable[[str], object]) -> Note:
    note = Note("warning", concern.text)
    name = concern.label_class
    if name is not None:
        short = name if len(name) <= 24 else name[:23] + "…"
        go = note.offer(f"Label {short}", lambda: wanted(name))
        go.setToolTip(f"Label more samples as {name}")
    return note
