"""What every screen of the studio is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.session import Session


class ScreenState(StrEnum):
    """What the dot beside a screen's name says."""

    EMPTY = "empty"
    NEEDS_YOU = "needs_you"
    READY = "ready"


class Screen(QWidget):
    """One of the six screens. A screen is a folder whose ``screen.py`` has ``build(session) -> Screen``.

    A screen emits ``changed`` whenever :meth:`state`, :meth:`next_step` or what :meth:`can` answers may have changed.
    It must be cheap to build: what is heavy (plots, models) is made in :meth:`prepare`, or when first needed.
    """

    changed = Signal()
    id = ""
    title = ""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setObjectName(f"screen-{self.id}")
        self.setAccessibleName(self.title)

    def state(self) -> ScreenState:
        """Return what the dot in the rail shows."""
        return ScreenState.EMPTY

    def next_step(self) -> str:
        """Return the one best thing to do now, as a sentence; empty when there is nothing to say."""
        return ""

    def next_action(self) -> str:
        """Return the id of the action (see :mod:`studio.actions`) behind the sentence; empty for none."""
        return ""

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Return what this screen can be told to do, by the name the actions use."""
        return {}

    def can(self, command: str) -> bool:
        """Tell whether a command makes sense now."""
        return command in self.commands()

    def prepare(self) -> None:
        """Make what is heavy now, while nothing happens, so that showing it later takes no time."""

    def activate(self) -> None:
        """Take note that the screen is shown now."""

    def deactivate(self) -> None:
        """Take note that another screen is shown now."""

    def drop(self, paths: list[Path]) -> bool:
        """Take files dropped while this screen is shown; False hands them to the import."""
        return False

    def close_down(self) -> None:
        """End threads and processes of this screen; called once, before the window goes."""
