"""Networks of torchvision, and of timm where it is installed, with weights that the person brings.

Such a network is known by the library and its name there, as in ``torchvision/resnet18``; its weights lie in a file
that :func:`engine.backbones.adopting.adopt` made.
"""

from __future__ import annotations

import importlib.util
import math
from functools import cache
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn
from typing_extensions import override

from engine.backbones.base import Backbone
from engine.backbones.sizes import check_sizes
from engine.errors import WeightsError

SOURCE = "source."
LIBRARIES = ("torchvision", "timm")

_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's levels, 0 to 1
_MIDDLE, _HALF, _FULL = 127.0, 128.0, 255.0
_MOST_OF_ALL = 0.8
_USUAL_SIDE = 224
_SEVERAL_OUTPUTS = ("googlenet", "inception_v3")
_NEED_A_VERSION = "torchvision/mnasnet"  # beside their tensors, which adopted files do not hold


class Outside(Backbone):
    """A network of a library without its last layer, given pictures normalised as it is used to.

    What its batch normalisations know of pictures stays as it is when it is tuned.
    """

    factor: Tensor
    offset: Tensor

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        last, layer = last_linear(network)
        self.length = layer.in_features
        network.set_submodule(last, nn.Identity())
        self.network = network
        self.stages = tuple(tuple(f"network.{name}" for name in stage) for stage in _stages(network))
        settings = getattr(network, "pretrained_cfg", {})
        mean, spread = (torch.tensor(settings.get(*one)) for one in (("mean", _MEAN), ("std", _SPREAD)))
        self.register_buffer("factor", (_HALF / _FULL / spread)[:, None, None], persistent=False)
        self.register_buffer("offset", ((_MIDDLE / _FULL - mean) / spread)[:, None, None], persistent=False)

    @override
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.network(x * self.factor + self.offset)
        return y

    @override
    def train(self, mode: bool = True) -> Outside:
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self


@cache
def names() -> tuple[str, ...]:
    """Return the names of all networks of the libraries that are installed, but those that cannot be used."""
    import torchvision

    found = [f"torchvision/{name}" for name in torchvision.models.list_models(module=torchvision.models)]
    if importlib.util.find_spec("timm") is not None:
        import timm

        found += [f"timm/{name}" for name in timm.list_models()]
    return tuple(name for name in found if not (name.endswith(_SEVERAL_OUTPUTS) or name.startswith(_NEED_A_VERSION)))


def plain(name: str) -> nn.Module:
    """Return the library's own network with random weights.

    Raises:
        WeightsError: there is no such network, or its library is not installed.
    """
    if name not in names():
        raise WeightsError(f"The network {name} is not known here. Install its library, {name.partition('/')[0]}.")
    library, _, own_name = name.partition("/")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if library == "timm":
            import timm

            network: nn.Module = timm.create_model(own_name, pretrained=False)
        else:
            import torchvision

            network = torchvision.models.get_model(own_name, weights=None)
    return network.eval()


def bare(name: str) -> Outside:
    """Return the network with random weights, to be filled.

    Raises:
        WeightsError: there is no such network, or it is not made for naming pictures.
    """
    return Outside(plain(name)).eval().requires_grad_(False)


def load_outside(name: str, file: Path) -> Outside:
    """Return the network with the adopted weights of ``file``.

    Raises:
        WeightsError: there is no such network, or the file cannot be read or is not of it.
    """
    tensors = {key: value for key, value in _read(file).items() if not key.startswith(SOURCE)}
    check_sizes(lambda: bare(name), tensors)
    network = bare(name)
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise WeightsError(f"The weights in {file.name} are not those of {name}. Train again.") from error
    return network


def load_outside_head(file: Path) -> nn.Linear:
    """Return the layer that named what the network was pretrained on.

    Raises:
        WeightsError: the file cannot be read, or is without such a layer.
    """
    tensors = _read(file)
    try:
        weight = tensors[SOURCE + "weight"]
        head = nn.Linear(weight.shape[1], weight.shape[0])
        head.load_state_dict({"weight": weight, "bias": tensors[SOURCE + "bias"]})
    except (KeyError, IndexError, RuntimeError) as error:
        raise WeightsError(f"The weights in {file.name} are without their last layer. Train again.") from error
    return head.eval().requires_grad_(False)


def length_in(file: Path) -> int:
    """Return how many features the network of an adopted file makes.

    Raises:
        WeightsError: the file cannot be read, or is without its last layer.
    """
    return load_outside_head(file).in_features


def weights_in(file: Path) -> int:
    """Return how many weights the network of an adopted file has, without its last layer.

    Raises:
        WeightsError: the file cannot be read.
    """
    try:
        with safe_open(file, "pt") as opened:
            mine = [name for name in opened.keys() if not name.startswith(SOURCE)]  # noqa: SIM118 - it is no mapping
            return sum(math.prod(opened.get_slice(name).get_shape()) for name in mine)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"The weights in {file.name} cannot be read: {error}. Train again.") from error


def last_linear(network: nn.Module) -> tuple[str, nn.Linear]:
    """Return the layer that names what is seen, and where it is.

    Raises:
        WeightsError: there is none.
    """
    found = [(name, module) for name, module in network.named_modules() if isinstance(module, nn.Linear)]
    if not found:
        raise WeightsError("A network without a last linear layer cannot be used.")
    return found[-1]


def side_of(network: nn.Module) -> int:
    """Return the side in pixels of the pictures that a library made its network for."""
    sizes = getattr(network, "pretrained_cfg", {}).get("input_size", ())  # of timm
    return int(sizes[-1] if sizes else getattr(network, "image_size", _USUAL_SIDE))


def _stages(network: nn.Module) -> list[tuple[str, ...]]:
    """Return names of modules that follow each other and hold all weights, none of them nearly all.

    Weights that lie in no module, such as the token of a class, are learned with the first.
    """
    total = sum(weight.numel() for weight in network.parameters())
    loose = tuple(name for name, _ in network.named_parameters(recurse=False))
    children = [_split(name, child, _MOST_OF_ALL * total) for name, child in network.named_children()]
    names = [name for parts in children for name in parts]
    return [(*loose, *names[:1]), *((name,) for name in names[1:])]


def _split(name: str, module: nn.Module, most: float) -> list[str]:
    size = sum(weight.numel() for weight in module.parameters())
    children = list(module.named_children())
    if not size:
        return []
    if size <= most or not children or next(module.parameters(recurse=False), None) is not None:
        return [name]
    return [part for child, inner in children for part in _split(f"{name}.{child}", inner, most)]


def _read(file: Path) -> dict[str, Tensor]:
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"The weights in {file.name} cannot be read: {error}. Train again.") from error
