"""The Command contract: what each file in this folder offers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A word of the command line.

    ``arguments`` declares its options; ``run`` does the work, writes to stdout, and raises an error with one sentence
    when it does not succeed. A command imports what is heavy inside ``run``, so that ``--help`` is instant, and only
    the studio imports Qt.
    """

    name: str
    summary: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], None]
