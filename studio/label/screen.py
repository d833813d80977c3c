"""The Label screen: one sample large, one key a label, and each label committed before the next sample is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout
from typing_extensions import override

from engine.task import Kind, Modality
from studio.actions import find
from studio.keys.keymap import keymap
from studio.keys.names import class_key_of
from studio.keys.names import shown as key_name
from studio.label.advice import advice, few_classes, weak_class
from studio.label.boxing import Boxing
from studio.label.class_commands import ABOUT_THE_CHOSEN, carry_out, class_commands
from studio.label.key_rules import is_for_focus
from studio.label.labelling import Labelling
from studio.label.marking import MARK_COMMANDS, Marking
from studio.label.order import Order
from studio.label.pace import Pace, told_coming, told_right
from studio.label.photos import Photos
from studio.label.regioning import Regioning
from studio.label.second_look.page import SecondLookPage
from studio.label.spanning import Spanning
from studio.label.workbench import Workbench
from studio.listing import Label, Listing
from studio.screen import Screen, ScreenState
from studio.session import Session
from studio.widgets.empty_state import EmptyState

_NEAR = 32  # samples from the one shown on that the machine looks at before others
_MANY = 12  # labels given at once that are worth a word


class LabelScreen(Screen):
    """Walks through the samples of the library."""

    id = "label"
    title = "Label"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.order = Order()
        self.pace = Pace()
        self.bench = Workbench(session)
        self.photos = Photos(self.order, self.bench.photo_stage, self)
        self.labelling = Labelling(session, self.order, self.pace, self)
        self.many = False
        self._moving = False
        self.markings: dict[Modality, Marking[Any]] = {
            Modality.IMAGE: Boxing(session, self.bench.photo_stage, self._class_to_mark),
            Modality.AUDIO: Regioning(session, self.bench.sound_stage, self._class_to_mark),
            Modality.TEXT: Spanning(session, self.bench.reading, self._class_to_mark),
        }
        self.empty = EmptyState("label", "Nothing to label yet", "Take in some photos or a table first.")
        self.empty.offer("Go to Data", lambda: session.screen_wanted.emit("data"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.bench)
        self.second = SecondLookPage(session)
        self._pages.addWidget(self.second)
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
        library = self.session.library
        return ScreenState.NEEDS_YOU if weak_class(library) or not library.labelled else ScreenState.READY

    @override
    def next_step(self) -> str:
        if not len(self.listing):
            return ""
        if self.second.active:
            return self.second.hint()
        if self.marking is not None and self.marking.hint():
            return self.marking.hint()
        return advice(self.session.library, self.labelling.suggestion is not None, self.many)

    @override
    def next_action(self) -> str:
        if not len(self.listing) or self.second.active:
            return ""
        if few_classes(self.session.library):
            return "label.add_class"
        return "" if weak_class(self.session.library) else "go.train"

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        confirm = self.bench.confirm
        if self.second.active:
            return self.second.commands()
        return {
            "second_look": self.look_again,
            "with_copies": self.bench.copies.toggle,
            "assign": self._assign_chosen,
            "assign_and_stay": lambda: self._assign_chosen(stay=True),
            "accept": self.accept,
            "accept_visible": confirm.accept_in_sight,
            "accept_sure": confirm.accept_sure,
            "next": lambda: self._go(self.order.step(1)),
            "previous": lambda: self._go(self.order.step(-1)),
            "next_unlabelled": lambda: self._go(self.order.unlabelled(1)),
            "previous_unlabelled": lambda: self._go(self.order.unlabelled(-1)),
            "most_doubtful": lambda: self._go(self.labelling.most_doubtful()),
            "grid": lambda: self.show_many(not self.many),
            "clear": self.clear,
            "skip": self.skip,
            "search": self.bench.finder.focus_search,
            "show_all": self.session.view.clear,
            **class_commands(self.bench.panel),
            **{command: partial(self._mark, command) for command in MARK_COMMANDS},
        }

    @override
    def can(self, command: str) -> bool:
        if self.second.active:
            return self.second.can(command)
        if command in MARK_COMMANDS:
            return not self.many and self.marking is not None and self.marking.can(command)
        suggested = bool(self.session.view.suggestions.by_sample)
        allowed = dict.fromkeys(ABOUT_THE_CHOSEN, self.bench.panel.chosen() is not None and not self._is_number)
        allowed |= {
            "add_class": not self._is_number,
            "give_class": not self._is_number and bool(self.session.library.class_names),
            "show_all": self.session.view.wanted.narrows,
            "second_look": bool(self.session.library.labelled),
            "accept": suggested and (self.many or self.labelling.suggestion is not None),
            "accept_visible": self.many and suggested,
            "accept_sure": self.many and suggested,
            "most_doubtful": bool(suggested or self.session.view.suggestions.order),
        }
        return bool(len(self.listing)) and allowed.get(command, True)

    @property
    def marking(self) -> Marking[Any] | None:
        """What can be done to parts of the samples shown; None for rows of a table."""
        here = len(self.listing) and not self.second.active
        return self.markings.get(self.listing.modality) if here else None

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
            self._show_one(self.listing.rows[wanted])
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
        self.photos.close()
        self.second.close_down()
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
        return self.order.sample_id

    def assign(self, label: Label, stay: bool = False) -> None:
        """Commit a label for the sample shown, then show the next; of several classes, put one in or out."""
        if self.second.active:
            self.second.answer(label)
        elif self.many and isinstance(label, str):
            self.bench.confirm.assign(label, stay)
        elif not (isinstance(label, str) and self._is_for_a_mark(label)):
            stay = stay or (self.labelling.several and isinstance(label, str))
            self._give(lambda: self.labelling.assign(label), stay)

    def accept(self) -> None:
        """Make what is suggested the label, then show the next."""
        if self.many:
            self.bench.confirm.accept()
        else:
            self._give(self.labelling.accept)

    def _give(self, give: Callable[[], object], stay: bool = False) -> None:
        """Give a label and show the next sample; painted once."""
        row = self.order.row
        if row is None:
            return
        fresh = self.listing.labels[row] is None
        self._moving = True
        try:
            give()
        finally:
            self._moving = False
        if not (stay or self.session.changes.was_refused):
            place = self.labelling.next_open() if fresh else self.order.step(1)
            self.order.place = self.order.place if place is None else place
        self._refresh()
        self.changed.emit()

    def _is_for_a_mark(self, label: str) -> bool:
        return self.marking is not None and self.marking.possible and self.marking.name(label)

    def _assign_chosen(self, stay: bool = False) -> None:
        name = self.bench.panel.chosen()
        if name is not None:
            self.assign(name, stay)

    def clear(self) -> None:
        """Take the label of the sample shown away."""
        if self.many:
            self.bench.confirm.clear()
        else:
            self.labelling.clear()

    def skip(self) -> None:
        """Leave the sample shown without a label and go on."""
        if self.many:
            self.bench.confirm.skip()
        else:
            self._give(self.labelling.skip)

    def show_many(self, many: bool) -> None:
        """Show many samples as tiles, or one large."""
        if many == self.many or not len(self.order):
            return
        self.many = many
        confirm = self.bench.confirm
        if not many and confirm.row is not None:
            self.order.place = self.session.view.places.get(confirm.row, self.order.place)
        self.bench.show_many(many)
        if many:
            confirm.begin(self.order.row)
            confirm.grid.setFocus()
        else:
            self.setFocus()
        self._refresh()
        self.changed.emit()

    def _show_one(self, row: int) -> None:
        """Show a row large, among all samples if it is not among those shown."""
        if row not in self.session.view.places:
            self.session.view.show_all_now()
        self.show_many(False)
        self._go(self.session.view.places.get(row))

    @override
    def event(self, event: QEvent) -> bool:
        """Keep for a chosen mark, or for what has the focus, keys that do something else elsewhere on the screen."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            tiles = self.bench.confirm.grid
            here = is_for_focus(event, QApplication.focusWidget(), tiles) or self._wants_mark(event)
            if here or self._gives_class(event):
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

    def _wants_mark(self, event: QKeyEvent) -> bool:
        return not self.many and self.marking is not None and self.marking.wants(event)

    def _gives_class(self, event: QKeyEvent) -> bool:
        """Tell whether a key gives a class; a command with this key, which it may have elsewhere, comes after that."""
        return not self._is_number and self.session.library.class_of_key(class_key_of(event)) is not None

    def _take_key(self, event: QKeyEvent) -> bool:
        name = self.session.library.class_of_key(class_key_of(event))
        if name is None or self._is_number or event.isAutoRepeat():
            return False
        self.assign(name, stay=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return True

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def _is_number(self) -> bool:
        return self.listing.kind is Kind.REGRESSION

    def _listen(self) -> None:
        session, bench = self.session, self.bench
        session.library.reset.connect(self._reset)
        session.library.relabelled.connect(self._relabelled)
        session.view.changed.connect(self._show_rows)
        session.view.suggested.connect(self._suggested)
        session.suggesting.progressed.connect(self._show_progress)
        session.changes.turned.connect(self._show_turned)
        for marking in self.markings.values():
            marking.mode_changed.connect(self.changed)
            marking.left.connect(self.setFocus)
        carry_out(bench.panel, session, self)
        bench.panel.assigned.connect(self.assign)
        bench.panel.left.connect(self._focus_samples)
        bench.number.assigned.connect(self.assign)
        bench.number.accepted.connect(self.accept)
        bench.strip.clicked.connect(lambda index: self._go(index.row()))
        bench.previous.clicked.connect(lambda: self._go(self.order.step(-1)))
        bench.next.clicked.connect(lambda: self._go(self.order.step(1)))
        bench.suggestion.accepted.connect(self.accept)
        bench.copies.toggled.connect(lambda wanted: setattr(self.labelling, "with_copies", wanted))
        bench.single.clicked.connect(lambda: self.show_many(False))
        bench.grid.clicked.connect(lambda: self.show_many(True))
        bench.confirm.opened.connect(self._show_one)
        bench.confirm.done.connect(self._tell_done)
        self.second.left.connect(self._looked_again)
        self.second.changed.connect(self.changed)
        self.second.wanted.connect(lambda sample_id: self._show_one(self.listing.rows[sample_id]))
        bench.finder.left.connect(self._focus_samples)
        keymap().changed.connect(bench.show_keys)
        bench.show_keys()
        tables = (bench.sound_stage.table, bench.reading.table)
        for widget in (bench.panel.list, self.second.classes, bench.row_stage, bench.text_stage, *tables):
            widget.installEventFilter(self)

    def _focus_samples(self) -> None:
        if self.many:
            self.bench.confirm.grid.setFocus()
        else:
            self.setFocus()

    def look_again(self) -> None:
        """Show some labelled samples a second time, without their label."""
        if self.second.begin():
            self._pages.setCurrentWidget(self.second)
            self.changed.emit()

    def _looked_again(self) -> None:
        self._pages.setCurrentWidget(self.bench if len(self.listing) else self.empty)
        self._focus_samples()
        self._refresh()
        self.changed.emit()

    def _reset(self) -> None:
        self.second.leave()
        self.photos.forget()
        self.labelling.copied = 0
        self.bench.copies.setChecked(self.labelling.with_copies)
        self.order.begin(self.listing, self.session.view.rows)
        self.show_many(False)
        self._pages.setCurrentWidget(self.bench if len(self.listing) else self.empty)
        self.bench.show_listing(self.session.project, self.listing, self._is_number)
        self.bench.show_rows(self.session.view)
        self._refresh()
        self.changed.emit()

    def _show_rows(self) -> None:
        """Walk through other samples; the one shown stays if it is among them."""
        view, row = self.session.view, self.order.row
        place = view.places.get(row) if row is not None and view.listing is self.order.listing else None
        self.order.begin(view.listing, view.rows, place)
        self.bench.show_rows(view)
        if self.many:
            self.bench.confirm.show_rows()
        self._refresh()
        self.changed.emit()

    def _relabelled(self) -> None:
        if self._moving:
            return
        self._refresh()
        self.changed.emit()

    def _suggested(self) -> None:
        self._refresh()
        self.changed.emit()

    def _show_turned(self, ids: list[str]) -> None:
        """Go to what undo or redo changed."""
        self.labelling.copied = 0
        rows = (self.listing.rows.get(sample_id) for sample_id in ids)
        places = (self.session.view.places.get(row) for row in rows if row is not None)
        self._go(next((place for place in places if place is not None), None))

    def _tell_done(self, labels: int) -> None:
        self.pace.tick(labels)
        self.labelling.copied = 0
        if labels > _MANY:
            keys = " or ".join(key_name(key) for key in keymap().keys(find("edit.undo")))
            self.session.message.emit("good", f"{labels:,} samples were labelled at once. Undo ({keys}) takes it back.")

    def _go(self, place: int | None) -> None:
        if place is None:
            return
        self.order.place = place
        row = self.order.row
        if self.many and row is not None:
            tile = self.bench.confirm.model.place_of(self.listing.ids[row])
            if tile is not None:
                self.bench.confirm.grid.go_to(tile)
        self._refresh()

    def _refresh(self) -> None:
        row = self.order.row
        if not len(self.listing) or not self.isVisible():
            return
        counts = self.session.library.counts()
        self._show_progress()
        label = self.listing.labels[row] if row is not None and not self.many else None
        if self._is_number:
            self.bench.number.show_value(self.listing.target or "Value", label, self.sample_id or "")
        else:
            self.bench.panel.show_classes(self.session.library.classes, counts, label, self.sample_id or "")
        if self.many:
            self.bench.confirm.show_changes()
        elif row is not None:
            self._refresh_one(row, counts)

    def _refresh_one(self, row: int, counts: dict[str, int]) -> None:
        view = self.session.view
        self.bench.show_sample(self.order, counts)
        self.bench.show_copies(len(self.labelling.copies()))
        near = self.order.rows[self.order.place : self.order.place + _NEAR]
        self.session.suggesting.wish([self.listing.ids[one] for one in near])
        self.bench.show_suggestion(
            view.suggestion(row), counts, bool(view.suggestions.by_sample), self.listing.labels[row] is None
        )
        if not self.listing.is_table and self.listing.modality is Modality.IMAGE:
            self.photos.show(self.labelling.next_open())
        if self.marking is not None:
            self.marking.show(row)

    def _show_progress(self) -> None:
        said = [
            self.pace.words(self.session.library.labelled, len(self.listing)),
            self.labelling.told_copied(),
            told_right(self.session.view.suggestions),
            told_coming(self.session.view.suggestions, *self.session.suggesting.looked_at),
        ]
        self.bench.show_progress(" · ".join(filter(None, said)), self._share())

    def _share(self) -> float:
        return self.session.library.labelled / max(1, len(self.listing))


def build(session: Session) -> Screen:
    """Build the Label screen."""
    return LabelScreen(session)
