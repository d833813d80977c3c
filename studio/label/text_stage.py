"""The text being labelled, to be read from its beginning."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from studio.listing import Listing
from studio.texts import MOST, words_of
from studio.theme import SPACE

CANNOT = "This text can't be read. It may have been moved or damaged. Your labels are safe."
LARGER = 1.15


class TextStage(QPlainTextEdit):
    """Shows a text in a size for reading; keys that label go to the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.document().setDocumentMargin(2 * SPACE)
        font = self.font()
        font.setPointSizeF(LARGER * font.pointSizeF())
        self.setFont(font)

    def show_sample(self, listing: Listing, place: int) -> None:
        """Show one sample's text, or each of its columns under its name."""
        self.setAccessibleName(f"Text {listing.name(place)}")
        words = text_of(listing, place)
        if words != self.toPlainText():
            self.setPlainText(words)


def text_of(listing: Listing, place: int) -> str:
    """Return the text of a sample, from its file or its columns; a sentence where the file cannot be read."""
    if listing.frame is None:
        words = words_of(listing.references[place])
        return CANNOT if words is None else words
    values = {name: str(value or "") for name, value in listing.frame.row(place, named=True).items()}
    alone = len(values) == 1
    return "\n\n".join(value if alone else f"{name}\n{value}" for name, value in values.items())[:MOST]
