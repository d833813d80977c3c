"""The Net contract: what a modality brings to a fine-tune."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from engine.arrays import BoolArray, Float32Array, FloatArray, IntArray
from engine.finetune.precision import fast, half_type
from engine.model.member import Member

_PLACES = 50


@dataclass(frozen=True)
class View:
    """How samples are to be seen: varied by ``random`` where ``train``, as they are where not.

    ``rough`` means that what is quickest to come by will do; without it they are seen exactly as when served.
    ``progress`` is the share of the training that is done, 0 to 1.
    """

    train: bool = False
    rough: bool = False
    progress: float = 0.0
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))


@dataclass(frozen=True)
class Part:
    """A tuned network: the learned tensors of the body by name, and a head [K, d], [K], all float32 on the processor.

    The head's outputs need only softmax or sigmoid, or are the number wanted: sharpness and units are in it. ``sight``
    is what :meth:`Net.sight` said when it was checked, None where that is not known.
    """

    body: Mapping[str, Tensor]
    weight: Tensor
    bias: Tensor
    sight: Any = None


class Net(ABC):
    """A pretrained network and the samples it is to learn from.

    ``body(*inputs)`` gives features [n, ``length``]; ``source`` and ``stages`` are as in
    :class:`engine.transfer.base.Start`; ``row_s`` is how many seconds a step takes for each sample, where that was
    tried out, else 0; ``halved`` names the device types on which half precision was measured faster, and ``spare``
    says that it is to be used to spare memory, too; ``learns_statistics`` says that the body's normalisations learn
    from batches, beside the weights, and ``pretrained`` whether it knows anything when the training begins.
    ``learned`` are the features that the layers to learn have a part in; ``looking`` is the share that looking at a
    sample takes of the time to learn from it, and ``whole`` how many times as much of a sample is looked at in a check.
    """

    halved: frozenset[str] = frozenset()
    spare: bool = False
    row_s: float = 0.0
    learns_statistics: ClassVar[bool] = False
    pretrained: ClassVar[bool] = True
    body: nn.Module
    length: int
    source: nn.Linear | None = None
    stages: tuple[str, ...] = ()
    device: str = "cpu"
    learned: slice = slice(None)
    looking: float = 1.0 / 3.0
    whole: float = 1.0

    def prepare(self) -> bool:
        """Do one piece of what must come before the first inputs; return whether nothing is left to do."""
        return True

    def readable(self, rows: IntArray) -> BoolArray:
        """Return which of the samples can be read at all. Asked when prepared."""
        return np.ones(len(rows), dtype=np.bool_)

    @abstractmethod
    def layers(self) -> list[list[nn.Parameter]]:
        """Return the parameters to learn in groups from the input to the features."""

    @abstractmethod
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        """Return what the body takes for these samples, on ``device``."""

    def served(self, rows: IntArray) -> Tensor:
        """Return the features [len(rows), ``length``] of samples exactly as the member will see them."""
        features: Tensor = self.body(*self.inputs(rows, View()))
        return features

    def together(self, batch: int, view: View) -> int:
        """Return how many samples are looked at between two looks at the clock: ``batch``, fewer of long ones.

        How many are seen roughly may not depend on how long that takes, or it would change what is learned.
        """
        return batch

    def recalled(self, rows: IntArray) -> Float32Array | None:
        """Return the pretrained network's features [len(rows), ``length``] where others have left them, else None.

        None, too, where one of the samples could not be read then: a gap in them would ruin the head that is fitted.
        """
        return None

    def expect(self, rows: IntArray) -> None:
        """Hear which samples the next step will ask for, so that they can be read meanwhile."""
        return

    def mix(self, inputs: tuple[Tensor, ...], targets: Tensor, view: View) -> tuple[tuple[Tensor, ...], Tensor]:
        """Return inputs and targets [b, K] mixed between samples, where that helps the modality."""
        return inputs, targets

    def effort(self, progress: float) -> float:
        """Return what learning from a sample costs at this share of the training, relative to its end."""
        return 1.0

    def effort_left(self, progress: float) -> float:
        """Return the mean of :meth:`effort` over the rest of the training."""
        return float(np.mean([self.effort(place) for place in np.linspace(progress, 1.0, _PLACES)]))

    def choose(self, losses: Callable[[], FloatArray]) -> None:
        """Find out how samples may be varied; ``losses`` [n, K] tell how badly a head on the pretrained features does.

        It looks at samples that the head was not fitted on, as :meth:`inputs` shows them at the time.
        """
        return

    def choices(self) -> dict[str, Any]:
        """Return what :meth:`choose` found, in JSON values."""
        return {}

    def take(self, choices: Mapping[str, Any]) -> None:
        """Go on with :meth:`choices`."""
        return

    def lighter(self) -> bool:
        """Make the inputs smaller or coarser; return False where they are as small as is of use."""
        return False

    @property
    def half(self) -> torch.dtype | None:
        """The type of half precision that it computes in, None for none."""
        return half_type(self.device, self.halved, self.spare)

    def precision(self) -> AbstractContextManager[None]:
        """Compute in :attr:`half` what may be, while the context lasts."""
        return fast(self.device, self.halved, self.spare)

    def halve(self) -> bool:
        """Compute in half precision from now on; return False where that changes nothing."""
        before, self.spare = self.half, True
        return self.half is not before

    def sight(self) -> Any:
        """Return how finely samples are seen when checked, in JSON values, where :meth:`lighter` changes that."""
        return None

    def rest(self) -> None:
        """Let go of what only learning needs: nothing more will be learned."""
        return

    def move(self, device: str) -> None:
        """Compute on ``device`` from now on."""
        self.device = device
        self.body.to(device)
        if self.source is not None:
            self.source.to(device)

    @abstractmethod
    def to_member(self, parts: Sequence[Part]) -> Member:
        """Return the tuned networks, whose answers are averaged, as something that can be served.

        Samples are seen as all of them were checked, which is not always as they would be seen now.
        """
