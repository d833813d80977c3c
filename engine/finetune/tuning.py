"""One network being tuned: its weights, its optimiser's memory and its averages, stepped and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.finetune.adamw import AdamW
from engine.finetune.base import Net, View
from engine.finetune.contrast import contrast
from engine.finetune.ema import Average
from engine.finetune.schedule import pace
from engine.finetune.stream import Stream
from engine.finetune.targets import Targets
from engine.finetune.warm import warm
from engine.transfer.joint import Joint

MOMENTS = (0.4, 0.7, 1.0)
_STATE = ("step", "exp_avg", "exp_avg_sq")
_HEAD = ("head.weight", "head.bias")


@dataclass(frozen=True)
class Recipe:
    """How fast to learn.

    ``decay`` is the factor on the learning rate for each layer nearer to the input, ``head`` the one for the head.
    ``contrasts`` says that the network learns to part classes, and the head is fitted anew before each check.
    """

    rate: float = 3e-4
    head: float = 1.0
    decay: float = 0.85
    weight_decay: float = 0.02
    contrasts: bool = False


@dataclass(frozen=True)
class Saved:
    """A tuning as tensors by name and numbers that go into JSON."""

    tensors: Mapping[str, Tensor]
    numbers: Mapping[str, Any]


class Tuning:
    """A network and a head in training on one stream of samples.

    All that is random in a step follows from the seed and the number of the step, so that a restart changes nothing.
    """

    def __init__(
        self, net: Net, joint: Joint, targets: Targets, stream: Stream, recipe: Recipe, seed: tuple[int, ...]
    ) -> None:
        self.net, self.joint, self.targets, self.stream = net, joint, targets, stream
        self.head = joint.start.head
        self.seed, self.contrasts = seed, recipe.contrasts
        self.steps, self.taken, self.progress, self.checked = 0, 0, 0.0, 0
        self.prepared_s = 0.0  # of making samples ready; a card works on meanwhile and waits no longer for data
        self._served: list[Float32Array] = []
        groups = self._groups(recipe)
        wanted = {id(parameter) for group in groups for parameter in group["params"]}
        for parameter in net.body.parameters():
            parameter.requires_grad_(id(parameter) in wanted)
        self.weights: dict[str, nn.Parameter] = {
            f"body.{name}": weight for name, weight in net.body.named_parameters() if weight.requires_grad
        }
        self.weights |= {f"head.{name}": weight for name, weight in self.head.named_parameters()}
        self.weights |= {f"joint.{place}": weight for place, weight in enumerate(joint.parameters)}
        self.optimiser, self.scaler = AdamW(groups), _scaler(net)
        self.average = Average(self._learned())

    def _learned(self) -> dict[str, Tensor]:
        """Return the weights, and what the body's normalisations know of the samples where that is learned too."""
        found: dict[str, Tensor] = dict(self.weights)
        if self.net.learns_statistics:
            found |= {
                f"body.{name}": value for name, value in self.net.body.named_buffers() if value.is_floating_point()
            }
        return found

    def _groups(self, recipe: Recipe) -> list[dict[str, Any]]:
        *before, last = self.net.layers() or [[]]
        layers = [*before, [*last, *self.joint.parameters], list(self.head.parameters())]
        groups: list[dict[str, Any]] = []
        for depth, layer in enumerate(reversed(layers)):
            rate = recipe.rate * recipe.decay**depth * (1.0 if depth else recipe.head)
            held = 0.0 if self.joint.holds else recipe.weight_decay
            for kept, shrinks in ((held, True), (0.0, False)):
                chosen = [parameter for parameter in layer if (parameter.ndim > 1) == shrinks]
                if chosen:
                    groups.append({"params": chosen, "lr": rate, "weight_decay": kept, "full": rate})
        return groups

    @property
    def finished(self) -> bool:
        """Whether all steps are done."""
        return self.progress >= 1.0

    def step(self, batch: int, samples_left: float) -> int:
        """Learn from the next ``batch`` samples, when that many are still to come; return from how many it was."""
        rows = self.stream.piece(self.taken, batch)
        random = np.random.default_rng((*self.seed, self.steps))
        cards = [torch.device(self.net.device)] if torch.device(self.net.device).type == "cuda" else []
        with torch.random.fork_rng(cards):
            torch.manual_seed(int(random.integers(2**62)))
            self._learn(rows, random)
        self.average.take(self._learned(), self.steps)
        self.steps += 1
        self.taken += len(rows)
        steps_left = max(1, -(-int(samples_left) // batch))
        self.progress = 1.0 if steps_left == 1 else self.progress + (1.0 - self.progress) / steps_left
        return len(rows)

    def _learn(self, rows: IntArray, random: np.random.Generator) -> None:
        if self.joint.on_progress(self.progress):
            self._forget_head()
        for group in self.optimiser.param_groups:
            group["lr"] = group["full"] * pace(self.progress)
        began = time.monotonic()
        view = View(train=True, progress=self.progress, random=random)
        inputs, targets = self.net.mix(self.net.inputs(rows, view), self.targets.tensor(rows, self.net.device), view)
        self.net.expect(self.stream.piece(self.taken + len(rows), len(rows)))
        self.prepared_s += time.monotonic() - began
        self.net.body.train()
        self.optimiser.forget_gradients()
        with self.net.precision():
            features = self.joint.features(inputs)
            outputs = self.head(features)
        if self.contrasts:
            loss = contrast(features[:, self.net.learned].float(), targets)
        else:
            loss = self.targets.loss(outputs.float(), targets)
        self.joint.backward(loss, inputs, features, targets, self.scaler.scale)
        self.scaler.step(cast(Any, self.optimiser))  # not at all where a gradient was too large for half precision
        self.scaler.update()

    def _forget_head(self) -> None:
        for name in _HEAD:
            self.optimiser.state.pop(self.weights[name], None)
        self.average.begin_anew(self.weights, _HEAD)

    @property
    def to_be_checked(self) -> bool:
        """Whether one of the moments has come at which the averages are checked, of which the last is the end."""
        return self.finished or (self.checked < len(MOMENTS) and self.progress >= MOMENTS[self.checked])

    def fit_head(self, rows: IntArray, batch: int) -> bool:
        """Fit the head anew to what the average network sees of ``rows``, of which it looks at the next ``batch``.

        Return whether it has looked at all and the head is fitted.
        """
        seen = sum(len(part) for part in self._served)
        self.net.body.eval()
        with self.average.in_place_of(self._learned()), torch.inference_mode(), self.net.precision():
            self._served.append(self.net.served(rows[seen : seen + batch]).float().cpu().numpy())
        if seen + len(self._served[-1]) < len(rows):
            return False
        warm(self.head, np.concatenate(self._served), self.targets, rows)
        self._forget_head()
        self._served = []
        return True

    def outputs(self, rows: IntArray) -> FloatArray:
        """Return what the average network says of samples as they are, [len(rows), K]."""
        self.net.body.eval()
        with self.average.in_place_of(self._learned()), torch.inference_mode():
            with self.net.precision():
                features = self.net.served(rows)
            said = self.head(features.float())
        outputs: FloatArray = said.cpu().double().numpy()
        return outputs

    def move(self, device: str) -> None:
        """Go on with everything on another device; the network itself is there already."""
        self.head.to(device)
        self.average.move(device)
        for parameter in self.joint.parameters:
            parameter.data = parameter.data.to(device)
        for memory in self.optimiser.state.values():
            memory.update({name: value.to(device) for name, value in memory.items()})
        before, self.scaler = self.scaler, _scaler(self.net)
        if before.is_enabled() and self.scaler.is_enabled():
            self.scaler.load_state_dict(before.state_dict())

    def saved(self) -> Saved:
        """Return what :meth:`restore` needs."""
        found = {f"weight:{name}": weight.detach() for name, weight in self._learned().items()}
        found |= {f"average:{name}": value for name, value in self.average.values.items()}
        found |= {f"joint:{name}": value for name, value in self.joint.state().items()}
        for name, weight in self.weights.items():
            memory = self.optimiser.state.get(weight, {})
            found |= {f"{moment}:{name}": memory[moment] for moment in _STATE if moment in memory}
        tensors = {name: tensor.cpu().contiguous() for name, tensor in found.items()}
        numbers = {"steps": self.steps, "taken": self.taken, "progress": self.progress, "checked": self.checked}
        return Saved(tensors, {**numbers, "scaler": self.scaler.state_dict(), "prepared_s": self.prepared_s})

    def restore(self, saved: Saved) -> None:
        """Go on from :meth:`saved`."""
        arrays, numbers = saved.tensors, saved.numbers
        self.steps, self.taken = int(numbers["steps"]), int(numbers["taken"])
        self.progress, self.checked = float(numbers["progress"]), int(numbers["checked"])
        self.prepared_s = float(numbers.get("prepared_s", 0.0))  # earlier versions did not know
        with torch.no_grad():
            for name, value in self._learned().items():
                value.copy_(arrays[f"weight:{name}"])
                self.average.values[name].copy_(arrays[f"average:{name}"])
            for name, weight in self.weights.items():
                if f"step:{name}" in arrays:
                    self.optimiser.state[weight] = {
                        moment: arrays[f"step:{name}"].to(weight.device, copy=True)
                        if moment == "step"
                        else torch.empty_like(weight).copy_(arrays[f"{moment}:{name}"])  # laid out as the weight is
                        for moment in _STATE
                    }
        if self.scaler.is_enabled() and numbers.get("scaler"):
            self.scaler.load_state_dict(numbers["scaler"])
        self.joint.restore({name.removeprefix("joint:"): v for name, v in arrays.items() if name.startswith("joint:")})


def _scaler(net: Net) -> torch.amp.GradScaler:
    """Return what keeps gradients in the range of float16, which does nothing where that is not computed in."""
    return torch.amp.GradScaler(torch.device(net.device).type, enabled=net.half is torch.float16)
