"""Which letters a card is written with, so that fonts for them can be found."""

from __future__ import annotations

from collections.abc import Iterator

from exporters.report.document import Block, Cards, Document, Facts, Figure, Headline, Points, Table
from exporters.report.plain import shown
from exporters.report.plots.scene import Words


def letters(document: Document) -> str:
    """Return each letter that the card shows, once, in order."""
    found = set(shown(document.title) + shown(document.subtitle))
    for block in document.blocks:
        for text in _texts(block):
            found.update(shown(text))
    return "".join(sorted(found))


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Headline():
            yield from (block.text, block.below)
        case Points():
            yield from block.items
        case Facts():
            yield from (text for row in block.rows for text in row)
        case Table():
            yield block.caption
            yield from (cell for row in (block.header, *block.rows) for cell in row)
        case Figure():
            yield block.caption
            yield from (mark.text for mark in block.scene.marks if isinstance(mark, Words))
        case Cards():
            yield block.caption
            yield from (text for card in block.cards for text in (card.title, card.text))
        case _:
            yield block.text
