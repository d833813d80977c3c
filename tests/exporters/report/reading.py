"""Reads a page as a browser would, as far as the tests ask: which elements there are and how they nest."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "img", "br", "link", "input"}


@dataclass
class Seen:
    """An element with its attributes."""

    tag: str
    attributes: dict[str, str]


@dataclass
class Page(HTMLParser):
    """The elements in order, the text outside the style, and whether every element was closed in turn."""

    elements: list[Seen] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    sound: bool = True

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Seen(tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID and not self.get_starttag_text().endswith("/>"):  # type: ignore[union-attr]
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Seen(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.sound = self.sound and bool(self._open) and self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All that can be read."""
        return "".join(self.words)

    @property
    def closed(self) -> bool:
        """Whether all that was opened was closed in turn."""
        return self.sound and not self._open

    def all(self, tag: str) -> list[Seen]:
        """The elements of one kind."""
        return [seen for seen in self.elements if seen.tag == tag]


def read(content: bytes) -> Page:
    """Parse a page."""
    page = Page()
    page.feed(content.decode())
    page.close()
    return page
