"""The Label screen: one sample large, one key a label, and each label committed before the next sample is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QStackedWidget, QVBoxLayout
from typing_extensions import override

from engine.task import Kind, Modality
from labeling.understanding import without_label
from studio.label.boxing import Boxing
from studio.label.keys import class_of
from studio.label.marking import MARK_COMMANDS, Marking
from studio.label.order import Order
from studio.label.pace import Pace
from studio.label.regioning import Regioning
from studio.label.workbench import Workbench
from studio.listing import Label, Listing, shown, toggled
from studio.picture_loader import PictureLoader
from studio.pictures import large_image
from studio.screen import Screen, ScreenState
from studio.session import Session
from studio.widgets.empty_state import EmptyState

_AHEAD = 8
_KEPT = 40
_GOOD_PER_CLASS = 20


class LabelScreen(Screen):
    """Walks through the samples of the library."""

    id = "label"
    title = "Label"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.order = Order()
        self.pace = Pace()
        self.pictures = PictureLoader(large_image, self, kept=_KEPT)
        self.bench = Workbench(session.library)
        self.markings: dict[Modality, Marking] = {
            Modality.IMAGE: Boxing(session, self.bench.photo_stage, self._class_to_mark),
            Modality.AUDIO: Regioning(session, self.bench.sound_stage, self._class_to_mark),
        }
        self.empty = EmptyState("label", "Nothing to label yet", "Take in some photos or a table first.")
        self.empty.offer("Go to Data", lambda: session.screen_wanted.emit("data"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.bench)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._listen()
        self._reset()

    # -- the screen's contract -----------------------------------------------------------------------------------

    @override
    def state(self) -> ScreenState:
        if not len(self.listing):
            return ScreenState.EMPTY
        return ScreenState.NEEDS_YOU if self._weak_class() or not self.session.library.labelled else ScreenState.READY

    @override
    def next_step(self) -> str:
        if not len(self.listing):
            return ""
        if self.marking is not None and self.marking.hint():
            return self.marking.hint()
        if not self._is_number and len(self.session.library.class_names) < 2:
            return "Name at least two classes that you want to tell apart."
        weak = self._weak_class()
        if weak is not None:
            name, missing = weak
            return f"Label {missing} more “{name}”: it is the weakest class."
        left = len(self.listing) - self.session.library.labelled
        if left and not self.session.library.labelled:
            return "Give some of the samples a label: press the key beside a class."
        return f"{without_label(left)} yet. You can train at any time." if left else "Every sample has a label."

    @override
    def next_action(self) -> str:
        if not len(self.listing):
            return ""
        if not self._is_number and len(self.session.library.class_names) < 2:
            return "label.add_class"
        return "" if self._weak_class() else "go.train"

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {
            "assign": self._assign_chosen,
            "assign_and_stay": lambda: self._assign_chosen(stay=True),
            "next": lambda: self._go(self.order.step(1)),
            "previous": lambda: self._go(self.order.step(-1)),
            "next_unlabelled": lambda: self._go(self.order.unlabelled(1)),
            "previous_unlabelled": lambda: self._go(self.order.unlabelled(-1)),
            "clear": self.clear,
            "skip": self.skip,
            "add_class": self.bench.panel.begin_add,
            **{command: partial(self._mark, command) for command in MARK_COMMANDS},
        }

    @override
    def can(self, command: str) -> bool:
        if command.startswith("assign"):
            return self.bench.panel.list.current() is not None
        if command == "add_class":
            return bool(len(self.listing)) and not self._is_number
        if command in MARK_COMMANDS:
            return self.marking is not None and self.marking.can(command)
        return bool(len(self.listing))

    @property
    def marking(self) -> Marking | None:
        """What can be done to parts of the samples shown; None for rows of a table."""
        return None if not len(self.listing) else self.markings.get(self.listing.modality)

    def _mark(self, command: str) -> None:
        marking = self.marking
        if marking is not None:
            marking.commands()[command]()

    def _class_to_mark(self) -> str | None:
        """Return the class of new marks: the one chosen in the list, or else the first."""
        line = self.bench.panel.list.current()
        names = list(self.session.library.counts())
        return line.name if line is not None else names[0] if names else None

    @override
    def activate(self) -> None:
        wanted, self.session.sample_wanted = self.session.sample_wanted, ""
        if wanted in self.listing.rows:
            self._go(self.listing.rows[wanted])
        self._refresh()
        if self._is_number:
            self.bench.number.field.setFocus()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        for marking in self.markings.values():
            marking.leave()
        super().hideEvent(event)

    @override
    def close_down(self) -> None:
        self.pictures.close()
        self.bench.thumbnails.close()
        for marking in self.markings.values():
            marking.close()

    # -- labelling -----------------------------------------------------------------------------------------------

    @property
    def listing(self) -> Listing:
        """The samples walked through."""
        return self.session.library.listing

    @property
    def sample_id(self) -> str | None:
        """The id of the sample shown."""
        return self.listing.ids[self.order.place] if len(self.listing) else None

    def assign(self, label: Label, stay: bool = False) -> None:
        """Commit a label for the sample shown, then show the next; of several classes, put one in or out."""
        sample_id = self.sample_id
        if sample_id is None or (isinstance(label, str) and self._is_for_a_mark(label)):
            return
        if self.listing.kind is Kind.MULTILABEL and isinstance(label, str):
            label, stay = toggled(self.listing.labels[self.order.place], label), True
        fresh = self.listing.labels[self.order.place] is None
        self.session.set_label([sample_id], label, f"Label '{shown(label)}'")
        self.pace.tick()
        if not stay:
            self._go(self.order.unlabelled(1) if fresh else self.order.step(1))

    def _is_for_a_mark(self, label: str) -> bool:
        return self.marking is not None and self.marking.possible and self.marking.name(label)

    def _assign_chosen(self, stay: bool = False) -> None:
        line = self.bench.panel.list.current()
        if line is not None:
            self.assign(line.name, stay)

    def clear(self) -> None:
        """Take the label of the sample shown away."""
        sample_id = self.sample_id
        if sample_id is not None and self.listing.labels[self.order.place] is not None:
            self.session.set_label([sample_id], None, "Clear label")

    def skip(self) -> None:
        """Leave the sample shown without a label and go on."""
        self.order.skip()
        self._go(self.order.unlabelled(1) if self.listing.labels[self.order.place] is None else self.order.step(1))

    @override
    def event(self, event: QEvent) -> bool:
        """Keep for a chosen mark, or for a button, keys that do something else elsewhere on the screen."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            pressed = event.key() == Qt.Key.Key_Space and isinstance(QApplication.focusWidget(), QAbstractButton)
            if pressed or (self.marking is not None and self.marking.wants(event)):
                event.accept()
                return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        taken = self.marking is not None and self.marking.press(event)
        if not taken and not self._take_key(event):
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and self._take_key(event):
            return True
        return super().eventFilter(watched, event)

    def _take_key(self, event: QKeyEvent) -> bool:
        number = class_of(event)
        names = list(self.session.library.counts())
        if number is None or number >= len(names) or self._is_number or event.isAutoRepeat():
            return False
        self.assign(names[number], stay=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return True

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def _is_number(self) -> bool:
        return self.listing.kind is Kind.REGRESSION

    def _listen(self) -> None:
        library = self.session.library
        library.reset.connect(self._reset)
        library.relabelled.connect(self._relabelled)
        self.pictures.loaded.connect(self._picture_came)
        for marking in self.markings.values():
            marking.mode_changed.connect(self.changed)
        panel = self.bench.panel
        panel.assigned.connect(self.assign)
        panel.added.connect(self.session.changes.add_class)
        panel.left.connect(self.setFocus)
        panel.renamed.connect(self.session.changes.rename_class)
        self.bench.number.assigned.connect(self.assign)
        self.bench.strip.clicked.connect(lambda index: self._go(index.row()))
        self.bench.previous.clicked.connect(lambda: self._go(self.order.step(-1)))
        self.bench.next.clicked.connect(lambda: self._go(self.order.step(1)))
        for widget in (panel.list, self.bench.row_stage, self.bench.text_stage, self.bench.sound_stage.table):
            widget.installEventFilter(self)

    def _reset(self) -> None:
        self.pictures.forget()
        self.order.reset(self.listing.labels)
        self._pages.setCurrentWidget(self.bench if len(self.listing) else self.empty)
        self.bench.show_listing(self.session.project, self.listing, self._is_number)
        self._refresh()
        self.changed.emit()

    def _relabelled(self) -> None:
        self.order.labels = self.listing.labels
        self._refresh()
        self.changed.emit()

    def _go(self, place: int | None) -> None:
        if place is not None:
            self.order.place = place
            self._refresh()

    def _refresh(self) -> None:
        if not len(self.listing) or not self.isVisible():
            return
        place = self.order.place
        label = self.listing.labels[place]
        counts = self.session.library.counts()
        self.bench.show_sample(self.listing, place, counts)
        self.bench.show_progress(self.pace.words(self.session.library.labelled, len(self.listing)), self._share())
        if self._is_number:
            self.bench.number.show_value(self.listing.target or "Value", label)
        else:
            self.bench.panel.show_classes(counts, label)
        if not self.listing.is_table and self.listing.modality is Modality.IMAGE:
            self._show_picture(place)
        if self.marking is not None:
            self.marking.show(place)

    def _share(self) -> float:
        return self.session.library.labelled / max(1, len(self.listing))

    def _show_picture(self, place: int) -> None:
        """Show the photo here; ask for those around it first, so that this one is decoded before them."""
        listing = self.listing
        around = [
            place + by for distance in range(_AHEAD, 0, -1) for by in (-distance, distance) if distance <= 3 or by > 0
        ]
        for near in around:
            if 0 <= near < len(listing):
                self.pictures.get(listing.ids[near], listing.references[near], listing.contents[near])
        picture = self.pictures.get(listing.ids[place], listing.references[place], listing.contents[place])
        self.bench.photo_stage.show_picture(listing.name(place), picture)

    def _picture_came(self, sample_id: str) -> None:
        if sample_id == self.sample_id:
            self._show_picture(self.order.place)

    def _weak_class(self) -> tuple[str, int] | None:
        """Return the class with fewest samples, and how many are missing, if more of it can still be labelled."""
        library = self.session.library
        counts = library.counts()
        left = len(self.listing) - library.labelled
        if self._is_number or len(counts) < 2 or not left:
            return None
        name = min(counts, key=lambda key: counts[key])
        missing = min(_GOOD_PER_CLASS - counts[name], left)
        return (name, missing) if missing > 0 else None


def build(session: Session) -> Screen:
    """Build the Label screen."""
    return LabelScreen(session)
