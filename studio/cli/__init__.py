"""The command line: the same work as the window, without one. Only ``autodidact studio`` imports Qt."""

from studio.cli.entry import main

__all__ = ["main"]
