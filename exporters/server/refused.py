"""A request that gets no answer, and the sentence its sender is told."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """Ends a request with ``status`` and a sentence; never a path or a trace."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})
