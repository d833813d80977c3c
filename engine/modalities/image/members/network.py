"""Fine-tuned networks for pictures, their answers averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray
from engine.backbones import known
from engine.device import threads
from engine.errors import ModelError, WeightsError
from engine.features.overlap import overlapped
from engine.heads.answer import Answer
from engine.modalities.image.members.resolution import resolution_of
from engine.modalities.image.resize import MIDDLE, SPREAD, resize
from engine.modalities.image.samples import ImageSamples
from engine.model.member import Member
from engine.model.parts import read_parts, write_parts
from engine.samples import Samples
from engine.task import Kind, Task

if TYPE_CHECKING:
    from torch import Tensor, nn

_BATCH = 16
_HEAD = ("weight", "bias")


class NetworkMember(Member):
    """Answers from tuned networks, and ``fallback`` [K] for a picture that cannot be read.

    All in float32 up to the softmax::

    X = (resize(picture, resolution) - 127) / 128      [3, S, S]
    f = network(X)                                     [d], for each of the networks
    f = (f + network(X mirrored)) / 2                  where ``mirror``; mirrored is X[:, :, ::-1]
    s = f @ weight^T + bias                            [K]
    softmax(s) or sigmoid(s) or s, then the mean over the networks

    ``parts`` hold the tensors of each network by the names of its parameters, and of its head ``weight`` [K, d] and
    ``bias`` [K].
    """

    kind: ClassVar[str] = "image.network"

    def __init__(
        self,
        backbone: str,
        resolution: int,
        parts: Sequence[Mapping[str, Tensor]],
        fallback: FloatArray,
        task_kind: Kind,
        device: str = "cpu",
        mirror: bool = False,
    ) -> None:
        self.backbone, self.resolution, self.mirror = backbone, resolution, mirror
        self.parts = tuple(parts)
        self.fallback, self.task_kind, self.device = fallback, task_kind, device
        self._networks: list[nn.Module] = []

    @override
    def predict(self, samples: Samples) -> FloatArray:
        pictures = cast(ImageSamples, samples)
        told = np.tile(self.fallback, (len(pictures), 1))
        places: list[int] = []
        planes: list[Float32Array] = []

        def planes_of(row: int) -> Float32Array | None:
            picture = pictures.picture_or_none(row)
            return None if picture is None else (resize(picture, self.resolution) - MIDDLE) / SPREAD

        for row, plane in overlapped(planes_of, range(len(pictures)), threads()):
            if plane is not None:
                places.append(row)
                planes.append(plane)
            if len(planes) == _BATCH or (planes and row == len(pictures) - 1):
                told[places] = self._answer(np.stack(planes))
                places, planes = [], []
        return told

    def _answer(self, planes: Float32Array) -> FloatArray:
        """Return the mean answer [n, K] of the networks."""
        import torch

        total = np.zeros((len(planes), len(self.fallback)))
        batch = torch.from_numpy(planes).to(self.device).contiguous(memory_format=torch.channels_last)
        for network in self.networks():
            with torch.inference_mode():
                outputs = network(batch)
                if self.mirror:
                    outputs = (outputs + network(batch.flip(3))) / 2
            total += Answer.of(self.task_kind).apply(outputs.cpu().double().numpy())
        return total / len(self.parts)

    def networks(self) -> list[nn.Module]:
        """Return the networks with their heads, float32 [n, 3, S, S] to [n, K], on the member's device."""
        if not self._networks:
            self._networks = [_network(self.backbone, part, self.device) for part in self.parts]
        return self._networks

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        write_parts(folder, self.parts)
        return {
            "backbone": self.backbone,
            "resolution": self.resolution,
            "mirror": self.mirror,
            "networks": len(self.parts),
            "fallback": self.fallback.tolist(),
        }

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        try:
            backbone = str(settings["backbone"])
            parts = read_parts(folder, int(settings["networks"]))
            fallback = np.asarray(settings["fallback"], dtype=np.float64)
            resolution, mirror = resolution_of(settings), bool(settings["mirror"])
            if fallback.shape != (task.outputs,):
                raise ValueError("the answers are of another number")
        except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(f"A tuned network of the model is damaged: {error!r}. Train again.") from error
        if not known(backbone):
            raise ModelError(f"The model needs the network {backbone!r}, which this version does not know.")
        member = cls(backbone, resolution, parts, fallback, task.kind, device, mirror)
        member.networks()
        return member


def _network(backbone: str, part: Mapping[str, Tensor], device: str) -> nn.Module:
    """Return the tuned network with its head.

    Raises:
        ModelError: the tensors are not those of such a network.
    """
    import torch
    from torch import nn

    from engine.backbones import filled_backbone

    try:
        body = filled_backbone(backbone, {name: value for name, value in part.items() if name not in _HEAD})
        count, length = part["weight"].shape
        head = nn.Linear(length, count)
        head.load_state_dict({name: part[name] for name in _HEAD})
    except WeightsError as error:
        raise ModelError(str(error)) from error
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError("A tuned network of the model is damaged. Train again.") from error
    network = nn.Sequential(body, head).eval().requires_grad_(False)
    return network.to(device).to(memory_format=torch.channels_last)
