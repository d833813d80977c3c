"""How to tell that memory ran out, whatever says so. No torch here: who has none of it asks too."""

from __future__ import annotations

_FROM_CPP = ("bad_alloc", "bad allocation")  # which libraries pass on in errors of their own kinds
_SAYINGS = (
    "out of memory",  # CUDA and Metal, from libraries that raise no error of their own kind
    "DefaultCPUAllocator",  # the processor's, as PyTorch says it
    "ALLOC_FAILED",  # cuBLAS and cuDNN
    "STATUS_NOT_INITIALIZED",  # these too, where a card has no room for what they begin with
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
