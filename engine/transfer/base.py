"""The Regularizer contract: what holds a fine-tune near what the pretrained network knew."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from engine.task import Task


@dataclass(frozen=True)
class Start:
    """A fine-tune before its first step. ``body(*inputs)`` gives features [n, d], ``head(features)`` answers [n, K].

    The body is as pretrained, also where a saved fine-tune goes on: its weights are restored after this was used.
    ``source`` turns features into the logits of what the body was pretrained for, None where that is lost; ``stages``
    name the modules in the body whose outputs [n, ...] say what it sees; ``seen`` computes the pretrained features
    [n, d] and the targets [n, K] (0 to 1, rows of a multiclass task sum to 1) of the samples to learn from.
    """

    body: nn.Module
    head: nn.Linear
    task: Task
    seen: Callable[[], tuple[Tensor, Tensor]]
    source: nn.Linear | None = None
    stages: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Batch:
    """One step's ``inputs`` of the body, its ``features`` [b, d], ``targets`` [b, K] and the outputs of the stages.

    ``half`` is the type of fewer bits that was computed in where precision does not suffer, None for none.
    """

    inputs: tuple[Tensor, ...]
    features: Tensor
    targets: Tensor
    stages: Sequence[Tensor] = ()
    half: torch.dtype | None = None


class Regularizer(ABC):
    """Asked at each step. ``watches`` wants the stages' outputs; ``holds`` makes weight decay superfluous."""

    kind: ClassVar[str]
    watches: ClassVar[bool] = False
    holds: ClassVar[bool] = False

    def __init__(self, start: Start, settings: Mapping[str, Any]) -> None:
        self.start = start
        self.settings = settings

    def penalty(self, batch: Batch) -> Tensor | None:
        """Return what is added to the loss, None for nothing."""
        return None

    def adjust(self, fit: list[Tensor], pull: list[Tensor]) -> list[Tensor]:
        """Return the penalties' gradients ``pull`` made to agree with ``fit``, those of the loss, tensor by tensor."""
        return pull

    def on_progress(self, share: float) -> bool:
        """Hear which share of the steps is done, before each; return whether the head was begun anew."""
        return False

    def parameters(self) -> list[nn.Parameter]:
        """Return what is learned beside body and head, at the pace of the body."""
        return []

    def state(self) -> dict[str, Tensor]:
        """Return all that :meth:`restore` needs to go on exactly but :meth:`parameters`, which their trainer keeps."""
        return {}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from :meth:`state`."""
        return
