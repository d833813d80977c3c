"""Several regularizers at work on one fine-tune; all that a training loop has to know of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from engine.transfer import regularizer_class
from engine.transfer.base import Batch, Regularizer, Start


class Joint:
    """The regularizers of one fine-tune, asked at each step of its loop.

    A step::

        began_anew = joint.on_progress(share)
        features = joint.features(inputs)
        loss = criterion(head(features), targets)
        joint.backward(loss, inputs, features, targets)

    ``chosen`` maps names of :data:`engine.transfer.TRANSFER` to their settings; with none it is a plain fine-tune.
    ``parameters`` go to the optimiser beside those of the body; ``holds`` says that the body needs no weight decay.
    """

    def __init__(self, start: Start, chosen: Mapping[str, Mapping[str, Any]]) -> None:
        self.start = start
        self.parts: dict[str, Regularizer] = {
            kind: regularizer_class(kind)(start, settings) for kind, settings in chosen.items()
        }
        self.parameters = [parameter for part in self.parts.values() for parameter in part.parameters()]
        self.holds = any(part.holds for part in self.parts.values())
        self._adjusts = any(type(part).adjust is not Regularizer.adjust for part in self.parts.values())
        self._watched = start.stages if any(part.watches for part in self.parts.values()) else ()
        self._stages: list[Tensor] = []
        self._half: torch.dtype | None = None

    def on_progress(self, share: float) -> bool:
        """Tell all which share of the steps is done; return whether one of them began the head anew."""
        return any([part.on_progress(share) for part in self.parts.values()])

    def features(self, inputs: tuple[Tensor, ...]) -> Tensor:
        """Return the body's features [b, d], keeping what its stages give where someone watches them."""
        kind = inputs[0].device.type
        self._half = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else None
        with watching(self.start.body, self._watched) as self._stages:
            features: Tensor = self.start.body(*inputs)
        return features

    def backward(
        self,
        loss: Tensor,
        inputs: tuple[Tensor, ...],
        features: Tensor,
        targets: Tensor,
        scaled: Callable[[Tensor], Tensor] = lambda total: total,
    ) -> None:
        """Add the gradients of the loss and of all penalties, as ``scaled``, to those of the parameters."""
        batch = Batch(inputs, features, targets, self._stages, self._half)
        penalties = [part.penalty(batch) for part in self.parts.values()]
        felt = [penalty for penalty in penalties if penalty is not None and penalty.requires_grad]
        self._stages = []
        if not felt or not self._adjusts:
            scaled(torch.stack([loss, *felt]).sum()).backward()  # type: ignore[no-untyped-call]
            return
        parameters = list(self._trained())
        fit = _gradients(scaled(loss), parameters, keep=True)
        pull = _gradients(scaled(torch.stack(felt).sum()), parameters, keep=False)
        for part in self.parts.values():
            pull = part.adjust(fit, pull)
        for parameter, one, other in zip(parameters, fit, pull, strict=True):
            total = one + other
            parameter.grad = total if parameter.grad is None else parameter.grad + total

    def state(self) -> dict[str, Tensor]:
        """Return all that :meth:`restore` needs to go on exactly but ``parameters``, which their trainer keeps."""
        return {f"{kind}:{name}": tensor for kind, part in self.parts.items() for name, tensor in part.state().items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from :meth:`state`."""
        for kind, part in self.parts.items():
            mine = f"{kind}:"
            part.restore({name.removeprefix(mine): value for name, value in state.items() if name.startswith(mine)})

    def _trained(self) -> Iterator[nn.Parameter]:
        everything = (*self.start.body.parameters(), *self.start.head.parameters(), *self.parameters)
        return (parameter for parameter in everything if parameter.requires_grad)


@contextmanager
def watching(body: nn.Module, names: tuple[str, ...]) -> Iterator[list[Tensor]]:
    """Collect what the named modules give while the block runs, in the order in which they are called."""
    seen: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
        seen.append(output)

    hooks = [body.get_submodule(name).register_forward_hook(keep) for name in names]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def _gradients(value: Tensor, parameters: list[nn.Parameter], keep: bool) -> list[Tensor]:
    found = torch.autograd.grad(value, parameters, retain_graph=keep, allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)]
