"""While training runs, and after: the curve, the time left, what happened, and the three verbs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio import wording
from studio.theme import SPACE
from studio.train.curve_view import CurveView
from studio.train.feed import Feed, now_sentence, quality, sure_sentence
from studio.train.feed_view import FeedView
from studio.train.members_view import MembersDrawer
from studio.train.progress import RunProgress
from studio.widgets.basics import button, card, row, text
from studio.widgets.note import Note

_ANSWERS = {"pause": "Pausing…", "resume": "Resuming…", "finish": "Finishing…", "discard": "Discarding…"}
_TITLES = {"pause": "Pause", "resume": "Resume", "finish": "Finish now", "discard": "Discard"}
_TIPS = {
    "pause": "Free the computer; go on later where it stopped",
    "resume": "Go on where it stopped",
    "finish": "End now and keep the best model so far",
    "discard": "End now and throw away what was learned",
}


class RunPanel(QWidget):
    """Shows a :class:`RunProgress`. Emits ``command_wanted`` with a verb, and where the person wants to go next."""

    command_wanted = Signal(str)
    resume_wanted = Signal()
    processor_wanted = Signal()
    use_wanted = Signal()
    results_wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._progress = RunProgress()
        self._asked: str | None = None
        self._resumptions = 0  # when it was asked
        self.headline = text("", "title")
        self.sure = text("", "muted")
        self.clock = QLabel()
        self.clock.setProperty("role", "muted")
        self.clock.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName("Time used")
        self.lost = Note("warning")
        self._resume_lost = self.lost.offer("Resume", self.resume_wanted.emit, "primary")
        self._processor = self.lost.offer("Go on with the processor", self.processor_wanted.emit)
        self._processor.setToolTip("Without the graphics card, which may be what stopped it")
        self._use = self.lost.offer("Use it", self.use_wanted.emit)
        self.lost.hide()
        self.curve = CurveView()
        self.feed = FeedView()
        self.drawer = MembersDrawer()
        self.verbs = {verb: self._verb_button(verb) for verb in ("pause", "resume", "finish", "discard")}
        self.results = button("See the results", self.results_wanted.emit, "primary")
        self.again = button("Train again", self.again_wanted.emit)
        self._buttons = (self.results, *self.verbs.values(), self.again)
        self._arrange()

    def _arrange(self) -> None:
        head = card(self.headline, self.sure, self.bar)
        inside = head.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.addWidget(row(self.results, self.again, *self.verbs.values(), None, self.clock))
        middle = QHBoxLayout()
        middle.setSpacing(SPACE)
        middle.addWidget(card(self.curve), 3)
        news = card(text("What happened", "caption"), self.feed)
        _give_room(news, self.feed)
        middle.addWidget(news, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(head)
        layout.addWidget(self.lost)
        layout.addLayout(middle, 1)
        layout.addWidget(self.drawer)

    def _verb_button(self, verb: str) -> QPushButton:
        made = button(_TITLES[verb], lambda: self.command_wanted.emit(verb), "danger" if verb == "discard" else "")
        made.setToolTip(_TIPS[verb])
        return made

    def start_over(self) -> None:
        """Forget the run shown so far."""
        self._asked = None

    def asked(self, verb: str) -> None:
        """Answer a press at once: the button says what is being done until the worker has done it."""
        self._asked, self._resumptions = verb, self._progress.resumptions
        self._show_verbs()

    def take_focus(self) -> None:
        """Put the keyboard on the first button that can be pressed, or on the panel while there is none."""
        ready = [made for made in self._buttons if made.isVisibleTo(self) and made.isEnabled()]
        (ready[0] if ready else self).setFocus()

    def can(self, verb: str) -> bool:
        """Tell whether a verb makes sense now."""
        return not self.verbs[verb].isHidden() and self.verbs[verb].isEnabled()

    def show_progress(self, progress: RunProgress, feed: Feed, lost: bool) -> None:
        """Show the run as it is now; ``lost`` when its worker died."""
        self._progress = progress
        self._settle_asked(lost)
        self.headline.setText(self._headline(lost))
        self.sure.setText(sure_sentence(progress))
        self.sure.setVisible(bool(self.sure.text()))
        self.clock.setText(self._clock(lost))
        share = 1.0 if progress.ended else progress.active_s / progress.budget_s if progress.budget_s else 0.0
        self.bar.setValue(round(1000 * min(1.0, share)))
        self.bar.setAccessibleDescription(self.clock.text())
        self.curve.show_progress(progress)
        self.drawer.show_progress(progress)
        self.feed.show_sentences(feed.sentences)
        self._show_lost(lost)
        self._show_verbs()

    def _headline(self, lost: bool) -> str:
        progress = self._progress
        if lost:
            return "Training stopped half-way"
        if progress.state == "paused":
            return "Paused"
        return now_sentence(progress)

    def _clock(self, lost: bool) -> str:
        progress = self._progress
        used = f"{wording.duration(progress.active_s)} of {wording.duration(progress.budget_s)} used"
        if progress.ended or lost:
            return used
        if progress.state == "waiting":
            return "Starting…"
        return f"{wording.duration(progress.remaining_s)} left"

    def _settle_asked(self, lost: bool) -> None:
        state = self._progress.state
        reached = {"pause": "paused", "resume": "running"}.get(self._asked or "")
        taken_back = self._asked == "pause" and self._progress.resumptions > self._resumptions  # from elsewhere
        if lost or taken_back or state in {"ended", reached}:
            self._asked = None

    def _show_lost(self, lost: bool) -> None:
        self.lost.setVisible(lost)
        best = self._progress.best
        self._processor.setVisible(self._progress.device not in ("", "cpu"))
        self._use.setVisible(best is not None)
        if best is None:
            kept = "Your labels are safe, but there was no model yet."
        else:
            kept = f"Nothing is lost: the best model so far is kept. It {quality(self._progress, best)}."
        self.lost.say("warning", f"Training stopped unexpectedly. {kept}")

    def _show_verbs(self) -> None:
        held = next((part for part in (self, *self._buttons) if part.hasFocus()), None)
        self._set_verbs()
        if held is self or (held is not None and not held.hasFocus()):
            self.take_focus()  # Qt passes the focus of a button that is switched off on to the rail

    def _set_verbs(self) -> None:
        state = self._progress.state
        live = state in {"waiting", "running", "paused", "finishing"} and self.lost.isHidden()
        wanted = {
            "pause": live and state != "paused",
            "resume": live and state == "paused",
            "finish": live,
            "discard": live or not self.lost.isHidden(),
        }
        for verb, made in self.verbs.items():
            made.setVisible(wanted[verb])
            made.setText(_ANSWERS[verb] if self._asked == verb else _TITLES[verb])
            made.setEnabled(self._asked is None and (state != "finishing" or not self.lost.isHidden()))
        if state == "finishing" and self._asked is None:
            self.verbs["finish"].setText(_ANSWERS["finish"])
        kept = state == "ended" and self._progress.stopped_because != "discarded" and bool(self._progress.points)
        self.results.setVisible(kept)
        self.again.setVisible(state == "ended" or not self.lost.isHidden())


def _give_room(panel: QWidget, part: QWidget) -> None:
    """Let one part of a panel have all the height that is left."""
    column = panel.layout()
    assert isinstance(column, QVBoxLayout)
    column.setStretchFactor(part, 1)
