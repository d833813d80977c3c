"""What a run said before a screen was there to listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.run_watch import unsaid_end
from studio.session import Session

if TYPE_CHECKING:
    from engine.events import Event


def said_so_far(session: Session) -> list[Event]:
    """Return the events of the run open now; some of them may come once more through the session."""
    if session.run is None:
        return []
    from engine.run.tail import EventTail

    said = EventTail(session.run.events_path, last_beat=True).poll()
    unsaid = None if session.running else unsaid_end(session.run, said[-1] if said else None)
    return said if unsaid is None else [*said, unsaid]
