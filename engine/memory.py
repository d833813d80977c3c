"""How to tell that memory ran out, whatever says so, and how much is free. No torch here: who has none asks too."""

from __future__ import annotations

from pathlib import Path

TIGHT_BYTES = 2_000_000_000  # free, below which who works had better be alone: so much a network may want for a moment
_CGROUP = Path("/sys/fs/cgroup")
_FROM_CPP = ("bad_alloc", "bad allocation")  # which libraries pass on in errors of their own kinds
_SAYINGS = (
    "out of memory",  # CUDA and Metal, from libraries that raise no error of their own kind
    "DefaultCPUAllocator",  # the processor's, as PyTorch says it
    "ALLOC_FAILED",  # cuBLAS and cuDNN
    "STATUS_NOT_INITIALIZED",  # these too, where a card has no room for what they begin with
    "ALLOCATION_FAILED",  # cuDNN from its version 9 on, of the card's memory or the processor's
    "Invalid buffer size",  # Metal, of one that is larger than it can ever have
    "unable to find an engine",  # cuDNN, where no way of computing fits into what is free
    "Unable to find a valid cuDNN algorithm",
)


def short_of_memory(error: BaseException) -> bool:
    """Return whether an error means that there is too little memory."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if any(saying in str(error) for saying in _FROM_CPP):
        return True
    return isinstance(error, RuntimeError) and any(saying in str(error) for saying in _SAYINGS)


def free_bytes() -> int:
    """Return how much memory can still be had, a container's limit (cgroup v2) included.

    Files that the system keeps in memory count as free, since it lets go of them.
    """
    import psutil

    free = int(psutil.virtual_memory().available)
    try:
        limit, used = (int((_CGROUP / name).read_text()) for name in ("memory.max", "memory.current"))
        parts = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        files = int(parts["active_file"]) + int(parts["inactive_file"])
    except (OSError, ValueError, KeyError):  # no such file, or "max"
        return free
    return max(0, min(free, limit - used + files))
