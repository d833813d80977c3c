"""The page of a run that has a model: which model, as what, and the card of what was chosen."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QScrollArea, QVBoxLayout, QWidget

from exporters.targets import TARGETS, Target
from studio.icons import set_icon
from studio.share.card import ExportCard
from studio.share.choice import ModelChoice
from studio.share.models import Offer
from studio.theme import SPACE
from studio.widgets.basics import text
from studio.widgets.flow import FlowLayout


class SharePage(QScrollArea):
    """One card for each target of the registry, the chosen one in sight.

    ``chosen`` comes with each choice. A card is made when it is first looked at, and ``card_made`` carries it before
    it is in sight: all of them at once would hold the window up when a run gets its first model.
    """

    chosen = Signal()
    card_made = Signal(object)

    def __init__(self, whole: Offer, small: Offer | None) -> None:
        super().__init__()
        self.tiles = {name: self._tile(name, target) for name, target in TARGETS.items()}
        self.choice = ModelChoice(whole, small)
        self.cards: dict[str, ExportCard] = {}
        self._group = QButtonGroup(self)
        tiles = QWidget()
        tiles.setAccessibleName("Share as")
        flow = FlowLayout(tiles, SPACE)
        for tile in self.tiles.values():
            self._group.addButton(tile)
            flow.addWidget(tile)
        inside = QWidget()
        column = self._column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.setSpacing(2 * SPACE)
        column.addWidget(text("Nothing leaves this computer: you choose a folder, and it is written there.", "muted"))
        column.addWidget(tiles)
        column.addWidget(self.choice)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setAccessibleName("Share")
        self.setWidget(inside)
        self._name = next(iter(TARGETS))

    @property
    def card(self) -> ExportCard:
        """The card in sight."""
        return self.card_of(self._name)

    def card_of(self, name: str) -> ExportCard:
        """Return the card of this target, made if it was never looked at."""
        if name not in self.cards:
            card = self.cards[name] = ExportCard(name, TARGETS[name])
            card.hide()
            self._column.insertWidget(self._column.count() - 1, card)  # the last is the room that is left
            self.card_made.emit(card)
        return self.cards[name]

    def show_card(self, name: str) -> None:
        """Show the card of this target."""
        self._name = name
        self.tiles[name].setChecked(True)
        self.card_of(name)
        for other, card in self.cards.items():
            card.setVisible(other == name)
        self.choice.setVisible(self.card.target.of_either)
        self.chosen.emit()

    def mark(self, name: str) -> None:
        """Mark a target as exported."""
        tile = self.tiles[name]
        set_icon(tile, "check", "good", 16)
        tile.setAccessibleDescription("exported already")

    def reveal(self, name: str) -> None:
        """Scroll to what came of an export, where its card is in sight."""
        card = self.cards[name]
        if name == self._name:
            shown = card.outcome if card.problem.isHidden() else card.problem
            QTimer.singleShot(0, shown, lambda: self.ensureWidgetVisible(shown, 0, 2 * SPACE))

    @property
    def trying(self) -> bool:
        """Whether anything is being tried, or ends just now."""
        return any(trial.running for card in self.cards.values() for trial in card.trials)

    def leave(self) -> None:
        """End what is being tried, without waiting for that."""
        for card in self.cards.values():
            card.leave()

    def close_down(self) -> None:
        """End what is being tried, and wait for that."""
        for card in self.cards.values():
            card.close_down()

    def _tile(self, name: str, target: Target) -> QPushButton:
        made = QPushButton(target.title or name)
        made.setCheckable(True)
        made.setAutoDefault(False)
        made.clicked.connect(lambda _checked=False: self.show_card(name))
        return made
