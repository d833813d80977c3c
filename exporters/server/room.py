"""Room for what is unpacked at once, shared by all requests: together they never take more memory than there is."""

from __future__ import annotations

import threading


class Room:
    """So much may be held at once. Whoever waits for room holds none, so that nobody waits for ever."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._free = size
        self._changed = threading.Condition()

    def take(self, amount: int, wait_s: float) -> bool:
        """Take room for ``amount``, at most :attr:`size`; False where there was none for ``wait_s`` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: amount <= self._free, wait_s):
                return False
            self._free -= amount
            return True

    def give(self, amount: int) -> None:
        """Give back what was taken."""
        with self._changed:
            self._free += amount
            self._changed.notify_all()
