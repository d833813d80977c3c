"""Graphics cards work on their own: a step that returns was asked for, not done."""

from __future__ import annotations

import torch


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
