"""Graphics cards work on their own: a step that returns was asked for, not done."""

from __future__ import annotations

import torch
from torch import Tensor


def sent(values: Tensor, device: str | torch.device) -> Tensor:
    """Return the processor's values on a device: they may still be on their way, but all it is asked for comes later.

    A graphics card copies by itself only from memory that is pinned, which torch keeps until that is done. Any other
    copy waits for all that the card was asked for before, and then the card waits for what it is asked for next.
    """
    if torch.device(device).type == "cuda":
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)


def works_ahead(device: str) -> bool:
    """Return whether a device is still at work when it was asked for something."""
    return torch.device(device).type != "cpu"


def wait_for(device: str) -> None:
    """Wait until a device has done all that it was asked for."""
    kind = torch.device(device).type
    if kind == "cuda":
        torch.cuda.synchronize(device)
    elif kind == "mps":
        torch.mps.synchronize()
