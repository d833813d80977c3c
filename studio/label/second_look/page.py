"""The page of a second look: a sample without its label, the classes, and in the end how well the labels agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from engine.task import Kind, Modality
from labeling.errors import LabelingError
from studio.background import explain
from studio.cells import row_name
from studio.keys.names import shown as key_name
from studio.label.number_panel import NumberPanel
from studio.label.photo_stage import PhotoStage
from studio.label.reading import Reading
from studio.label.row_stage import RowStage
from studio.label.second_look.result import ResultPanel
from studio.label.second_look.round import Round
from studio.label.sound_stage import SoundStage
from studio.listing import Label, Listing, names_in, shown, toggled
from studio.picture_loader import PictureLoader
from studio.pictures import large_image
from studio.session import Session
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.class_list import ClassList, ClassRow

_AHEAD = 4
_KEPT = 40


class SecondLookPage(QWidget):
    """Shows a round while it is under way; ``left`` when the person goes back to labelling.

    ``wanted`` carries a sample that is to be shown then; ``changed`` comes at every step.
    """

    left = Signal()
    wanted = Signal(str)
    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.round: Round | None = None
        self._named: tuple[str, ...] = ()
        self._sound: SoundStage | None = None
        self.pictures = PictureLoader(large_image, self, kept=_KEPT)
        self.pictures.loaded.connect(self._picture_came)
        self.photo, self.reading, self.values = PhotoStage(), Reading(), RowStage()
        self.classes = ClassList("Classes")
        self.number = NumberPanel()
        self.result = ResultPanel()
        self.heading = text("", "heading")
        self.finish = button("Finish", self.tell)
        self._bar = QProgressBar()
        self._build()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.classes.picked.connect(self.answer)
        self.number.assigned.connect(self.answer)
        self.result.settled.connect(self._settle)
        self.result.wanted.connect(self._show_in_label)
        self.result.again.connect(lambda: self.begin(anew=True))
        self.result.left.connect(self.leave)

    # -- the round -----------------------------------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """Whether a second look is under way, or its result shown."""
        return self.round is not None

    @property
    def asking(self) -> bool:
        """Whether a sample waits for its second label."""
        return self.round is not None and self._pages.currentWidget() is self._asking

    def begin(self, anew: bool = False) -> bool:
        """Go on with the newest round, or begin one; return whether there is anything to look at."""
        project = self._session.project
        if project is None:
            return False
        try:
            self.round = Round(project, anew)
        except LabelingError as error:
            self._session.message.emit("warning", explain(error))
            return False
        self._pages.setCurrentWidget(self._asking)
        self.number.show_value("", None)  # what was typed in the round before is not to be seen
        self._show()
        if self._session.library.listing.kind is Kind.REGRESSION:
            self.number.field.setFocus()
        else:
            self.setFocus()
        return True

    def answer(self, label: Label) -> None:
        """Take the second label of the sample shown; of several classes, put one in or out."""
        if self.round is None or not self.asking:
            return
        if self._several and isinstance(label, str):
            self._named = toggled(self._named, label)
            self._show_classes()
            return
        try:
            self.round.answer(label)
        except LabelingError as error:
            self._session.message.emit("warning", explain(error))
            return
        if self.round.done:
            self.tell()
        else:
            self._show()

    def confirm(self) -> None:
        """Take the classes that were put in as the second label."""
        if self._several:
            self.answer(self._named)

    def step(self, by: int) -> None:
        """Go on without an answer, or back."""
        if self.round is not None and self.asking:
            self.round.step(by)
            self._show()

    def tell(self) -> None:
        """Show how well the labels agree, as far as was answered."""
        if self.round is not None:
            self._quiet()
            name = row_name if self._listing.is_table else str
            self.result.show_result(self.round.result(), len(self.round.samples), name)
            self._pages.setCurrentWidget(self.result)
            (self.result.table if self.result.table.isVisibleTo(self.result) else self).setFocus()
            self.changed.emit()

    def leave(self) -> None:
        """Go back to labelling; what was answered is kept, and the round goes on where it was left."""
        if self.round is not None:
            self._quiet()
            self.round = None
            self.left.emit()

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Return what the Label screen can be told to do meanwhile."""
        playing: dict[str, Callable[[], object]] = {} if self._sound is None else {"play": self._sound.play}
        return {
            "next": lambda: self.step(1),
            "skip": lambda: self.step(1),
            "previous": lambda: self.step(-1),
            "accept": self.confirm,
            "stop": self.leave,
            "second_look": self.leave,
            **playing,
        }

    def can(self, command: str) -> bool:
        """Tell whether a command makes sense now."""
        if command in ("stop", "second_look"):
            return True
        if command == "accept":
            return self.asking and self._several
        return self.asking and command in self.commands()

    def hint(self) -> str:
        """Return what to do now, as a sentence."""
        if not self.asking:
            return "Decide on the labels that differ, then go back to labelling."
        if self._several:
            return "Put in the classes you see, then press Enter. What you said before is hidden."
        return "Label it as if you saw it for the first time. What you said before is hidden."

    def close_down(self) -> None:
        """End what works in the background."""
        self.pictures.close()
        if self._sound is not None:
            self._sound.close_down()

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def _several(self) -> bool:
        return self._listing.kind is Kind.MULTILABEL

    @property
    def _listing(self) -> Listing:
        return self._session.library.listing

    def _show(self) -> None:
        now = self.round
        if now is None or now.sample not in self._listing.rows:
            return
        place = self._listing.rows[now.sample]
        self._named = names_in(now.given) if self._several else ()
        self.heading.setText(f"Second look: {now.place + 1} of {len(now.samples)}")
        self._bar.setRange(0, len(now.samples))
        self._bar.setValue(now.answered)
        self.finish.setEnabled(now.answered > 0)
        if self._listing.kind is Kind.REGRESSION:
            self._sides.setCurrentWidget(self.number)
            self.number.show_value(self._listing.target or "Value", now.given, now.sample)
        else:
            self._sides.setCurrentWidget(self.classes)
            self._show_classes()
        self._show_sample(place)
        self.changed.emit()

    def _show_classes(self) -> None:
        given = self._named if self._several else names_in(self.round.given if self.round is not None else None)
        classes = self._session.library.classes
        told = [one.second for one in self.round.samples] if self.round is not None else []
        often = Counter(name for label in told for name in names_in(label))
        self.classes.classes.show_rows(
            [
                ClassRow(info.name, often[info.name], number, key_name(info.key), given=info.name in given)
                for number, info in enumerate(classes)
            ]
        )

    def _show_sample(self, place: int) -> None:
        listing = self._listing
        if listing.modality is Modality.TEXT:
            self._stages.setCurrentWidget(self.reading)
            self.reading.stage.show_sample(listing, place)
            self.reading.show_spans((), False, {})
        elif listing.frame is not None:
            self._stages.setCurrentWidget(self.values)
            self.values.values.show_cells(listing.cells(place))
        elif listing.modality is Modality.AUDIO:
            stage = self._sound_stage()
            self._stages.setCurrentWidget(stage)
            stage.show_sound("to label again", listing.references[place], ())
            stage.show_regions((), False, {})
        else:
            self._stages.setCurrentWidget(self.photo)
            self._show_photo()

    def _show_photo(self) -> None:
        """Show the photo here, and have the next ones decoded. Its name is hidden: it may tell the class."""
        assert self.round is not None
        listing, here = self._listing, self.round.place
        for one in reversed(self.round.samples[here + 1 : here + 1 + _AHEAD]):
            near = listing.rows.get(one.sample)
            if near is not None:
                self.pictures.get(one.sample, listing.references[near], listing.contents[near])
        place = listing.rows[self.round.sample]
        picture = self.pictures.get(self.round.sample, listing.references[place], listing.contents[place])
        self.photo.show_picture("to label again", picture)
        self.photo.show_boxes((), False, {})

    def _picture_came(self, sample_id: str) -> None:
        if self.asking and self.round is not None and sample_id == self.round.sample:
            self._show_photo()

    def _sound_stage(self) -> SoundStage:
        if self._sound is None:
            self._sound = SoundStage()
            self._stages.addWidget(self._sound)
        return self._sound

    def _quiet(self) -> None:
        if self._sound is not None:
            self._sound.player.pause()

    def _settle(self, sample: str, label: Label) -> None:
        """Give a sample the label that was decided on, as a change like any other."""
        self._session.changes.set_labels({sample: label}, f"Label '{shown(label)}' after a second look")
        if not self._session.changes.was_refused:
            self.result.settle(sample)

    def _show_in_label(self, sample: str) -> None:
        self.leave()
        self.wanted.emit(sample)

    def _build(self) -> None:
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Share of samples with a second label")
        self._stages = QStackedWidget()
        for stage in (self.photo, self.reading, self.values):
            self._stages.addWidget(stage)
        self._sides = QStackedWidget()
        self._sides.addWidget(self.classes)
        self._sides.addWidget(self.number)
        self._sides.setFixedWidth(260)
        self._asking = QWidget()
        column = QVBoxLayout(self._asking)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(row(self.heading, None, self.finish, button("Leave", self.leave)))
        column.addWidget(self._bar)
        middle = QHBoxLayout()
        middle.setSpacing(2 * SPACE)
        middle.addWidget(self._stages, 1)
        middle.addWidget(self._sides)
        column.addLayout(middle, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._asking)
        self._pages.addWidget(self.result)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
