"""The card as one page that needs nothing else: no script, no file beside it, nothing from the network."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape

from exporters.report.document import (
    Block,
    Cards,
    Document,
    Facts,
    Figure,
    Heading,
    Headline,
    Note,
    Paragraph,
    Points,
    Table,
)
from exporters.report.plain import shown
from exporters.report.style import STYLE
from exporters.report.svg import svg


def page(document: Document) -> bytes:
    """Return the card as the bytes of an HTML file; equal documents give equal bytes."""
    return "".join(_page(document)).encode()


def _page(document: Document) -> Iterator[str]:
    title = _text(document.title)
    allowed = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(allowed)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="generator" content="Autodidact Studio"><title>{title}</title>'
    yield f"<style>{STYLE}</style></head><body>"
    yield '<a class="skip" href="#c1">To the content</a>'
    yield f'<header><h1>{title}</h1><p class="sub">{_text(_capital(document.subtitle))}</p>'
    yield f"{_contents(document.blocks)}</header><main>"
    yield from _chapters(document.blocks)
    yield "</main><footer><p>Written by Autodidact Studio from the files of the run.</p></footer>"
    yield "</body></html>\n"


def _contents(blocks: Sequence[Block]) -> str:
    chapters = [block.text for block in blocks if isinstance(block, Heading) and block.level == 2]
    items = "".join(f'<li><a href="#c{k}">{_text(name)}</a></li>' for k, name in enumerate(chapters, start=1))
    return f'<nav aria-label="Contents"><ul>{items}</ul></nav>'


def _chapters(blocks: Sequence[Block]) -> Iterator[str]:
    number = 0
    for place, block in enumerate(blocks):
        if isinstance(block, Heading) and block.level == 2:
            number += 1
            yield "</section>" if number > 1 else ""
            yield f'<section id="c{number}" aria-labelledby="h{number}"><h2 id="h{number}">{_text(block.text)}</h2>'
        else:
            yield _block(block, f"b{place}")
    yield "</section>" if number else ""


def _block(block: Block, name: str) -> str:
    match block:
        case Heading():
            return f"<h3>{_text(block.text)}</h3>"
        case Paragraph():
            kind = ' class="muted"' if block.muted else ""
            return f"<p{kind}>{_text(block.text)}</p>"
        case Headline():
            return f'<p class="headline">{_text(block.text)}</p><p class="below">{_text(block.below)}</p>'
        case Note():
            return f'<p class="note" role="note">{_text(block.text)}</p>'
        case Points():
            items = "".join(f"<li>{_text(item)}</li>" for item in block.items)
            return f"<ol>{items}</ol>" if block.numbered else f"<ul>{items}</ul>"
        case Facts():
            rows = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in block.rows)
            return f"<dl>{rows}</dl>"
        case Table():
            return _table(block)
        case Figure():
            drawn = _wide(block.scene.title, svg(block.scene, name))
            return f"<figure>{drawn}<figcaption>{_text(block.caption)}</figcaption></figure>"
        case Cards():
            return _cards(block)


def _table(table: Table) -> str:
    first = table.rows[: table.first]
    rest = table.rows[table.first :]
    shown_ = _rows(table, first, table.caption)
    if not rest:
        return shown_
    folded = _rows(table, rest, f"{table.caption} (continued)")
    return f"{shown_}<details><summary>Show the other {len(rest):,} rows</summary>{folded}</details>"


def _rows(table: Table, rows: Sequence[tuple[str, ...]], caption: str) -> str:
    heads = "".join(f'<th scope="col"{_side(table, k)}>{_cell(word)}</th>' for k, word in enumerate(table.header))
    lines = "".join(_row(table, row) for row in rows)
    head = f"<caption>{_text(caption)}</caption><thead><tr>{heads}</tr></thead>"
    return _wide(caption, f"<table>{head}<tbody>{lines}</tbody></table>")


def _wide(name: str, inside: str) -> str:
    """Return a frame in which what is too wide for the screen can be moved, by the keyboard too."""
    return f'<div class="wide" tabindex="0" role="group" aria-label="{_text(name)}">{inside}</div>'


def _row(table: Table, row: tuple[str, ...]) -> str:
    name = f'<th scope="row"{_side(table, 0)}>{_cell(row[0])}</th>'
    cells = "".join(f"<td{_side(table, k)}>{_cell(cell)}</td>" for k, cell in enumerate(row) if k)
    return f"<tr>{name}{cells}</tr>"


def _side(table: Table, column: int) -> str:
    return ' class="n"' if column in table.numbers else ""


def _cards(block: Cards) -> str:
    pictures = any(card.picture is not None for card in block.cards)
    items = []
    for card in block.cards:
        title, said = _text(card.title), _text(card.text)
        image = ""
        if card.picture is not None:
            data = base64.b64encode(card.picture).decode()
            image = f'<img src="data:image/jpeg;base64,{data}" alt="{title}: {said}">'
        items.append(f"<li>{image}<div><strong>{title}</strong>{said}</div></li>")
    kind = "cards" if pictures else "cards texts"
    return f'<p class="muted">{_text(block.caption)}</p><ul class="{kind}">{"".join(items)}</ul>'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(text: str) -> str:
    return _text(text) if text else ""


def _text(text: str) -> str:
    return escape(shown(text))
