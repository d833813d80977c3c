"""One thread at a time on Apple's graphics: two that compute there at once end the process (pytorch/pytorch#197805).

No torch here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import RLock

_METAL = "mps"
_turn = RLock()  # one for the whole process, whatever computes; who has the turn may ask for it again


@contextmanager
def alone_on(device: str) -> Iterator[None]:
    """Let no other thread compute on ``device`` meanwhile where that ends the process; elsewhere nobody waits."""
    with _turn if device.partition(":")[0] == _METAL else nullcontext():
        yield
