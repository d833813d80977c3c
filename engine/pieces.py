"""Work that takes long, done in pieces of less than half a second each, with a look at the clock between them."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")

Pieces = Generator[None, None, Result]


def finished(work: Pieces[Result]) -> Result:
    """Do all the pieces that are left, and return what the work comes to."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Result = end.value
            return result
