"""Take over weights from a file of the person's: read it without running anything in it, check it, keep a plain copy.

The file's name says which network it is for, as libraries name their files: ``resnet18-f37072fd.pth``.
"""

from __future__ import annotations

import pickle
import re
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.backbones.outside import SOURCE, Outside, last_linear, names, plain, side_of
from engine.backbones.weights import digest
from engine.errors import WeightsError

MOST_BYTES = 2_000_000_000

_BROKEN = (
    OSError,
    RuntimeError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    EOFError,
    MemoryError,
    pickle.UnpicklingError,
    struct.error,
    zipfile.BadZipFile,
    SafetensorError,
)
_INSIDE = ("state_dict", "model_state_dict", "model")
_COUNTER = "num_batches_tracked"
_RENAMED = (  # in torchvision's files, not its networks
    (re.compile(r"(\bdenselayer\d+\.(?:norm|conv))\.([12]\.)"), r"\1\2"),
    (re.compile(r"(\bencoder_layer_\d+\.mlp\.)linear_1\."), r"\g<1>0."),
    (re.compile(r"(\bencoder_layer_\d+\.mlp\.)linear_2\."), r"\g<1>3."),
)
_PROBE = 64
_MOST_CLASSES = 50_000
_NAME, _SIDE = "network", "side"
_LEFT_OUT = "so that network was left out."


@dataclass(frozen=True)
class Adopted:
    """A network by its ``name`` in :mod:`engine.backbones.outside`, and the file with its weights.

    ``side`` is that of the pictures, in pixels, where it sees those of one size alone, None where it sees others too.
    """

    name: str
    file: Path
    side: int | None = None


def adopt(path: Path, shelf: Path) -> Adopted:
    """Return the network of a person's file, its weights copied into the folder ``shelf`` unless they are there.

    Raises:
        WeightsError: the file cannot be read, is too large, or holds something else than its name says.
    """
    kept = shelf / f"{_checked_digest(path)}.safetensors"
    if kept.exists():
        return _kept(kept)
    tensors = _read(path)
    for name in _candidates(path):
        network = plain(name)
        found = _fitting(network, tensors)
        if found is not None:
            side = _only_side(network, path)
            shelf.mkdir(parents=True, exist_ok=True)
            unfinished = kept.with_suffix(".unfinished")
            save_file(found, unfinished, {_NAME: name} if side is None else {_NAME: name, _SIDE: str(side)})
            unfinished.replace(kept)
            return Adopted(name, kept, side)
    raise WeightsError(f"The weights {path.name} are not those of the network that its name says, {_LEFT_OUT}")


def _checked_digest(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WeightsError(f"The weights {path.name} are larger than {MOST_BYTES // 10**9} GB, {_LEFT_OUT}")
        return digest(path)
    except FileNotFoundError as error:
        raise WeightsError(f"The weights {path.name} are not there any more, {_LEFT_OUT}") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> WeightsError:
    said = str(getattr(error, "strerror", None) or error).strip()
    reason = (said.splitlines() or [type(error).__name__])[0][:120]
    return WeightsError(f"The weights {path.name} cannot be read ({reason}), {_LEFT_OUT}")


def _kept(file: Path) -> Adopted:
    """Return the network of a copy that was made before."""
    try:
        with safe_open(file, "pt") as opened:
            told = opened.metadata()
        return Adopted(str(told[_NAME]), file, int(told[_SIDE]) if _SIDE in told else None)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"The copy of the weights in {file} is damaged, {_LEFT_OUT} Delete it.") from error


def _candidates(path: Path) -> list[str]:
    """Return the longest network's name of each library with which the file's name begins.

    Raises:
        WeightsError: there is none.
    """
    stem = re.sub(r"^(torchvision|timm)_+", "", _plain(path.stem))
    longest: dict[str, str] = {}
    for name in names():
        library, _, own_name = name.partition("/")
        begins = re.match(re.escape(_plain(own_name)) + r"(?![a-z0-9])", stem)
        if begins and len(name) > len(longest.get(library, "")):
            longest[library] = name
    if not longest:
        raise WeightsError(
            f"The name of the weights {path.name} does not begin with that of a known network, {_LEFT_OUT} "
            "Name the file after its network, like resnet18.pth."
        )
    return list(longest.values())


def _plain(name: str) -> str:
    return re.sub(r"[\s.-]", "_", name.lower())


def _read(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name, as the network itself names them."""
    try:
        content = _content(path)
        for name in _INSIDE:
            if isinstance(content, Mapping) and isinstance(content.get(name), Mapping):
                content = content[name]
        if not isinstance(content, Mapping):
            raise ValueError("it holds no table of tensors")
    except _BROKEN as error:
        raise _unreadable(path, error) from error
    tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    return {_as_named(name): value for name, value in tensors.items()}


def _as_named(name: str) -> str:
    """Return what the network itself calls a tensor of a file."""
    name = name.removeprefix("module.")
    for written, own in _RENAMED:
        name = written.sub(own, name)
    return name


def _content(path: Path) -> Any:
    if path.suffix == ".safetensors":
        return load_file(path)
    _check_unpacked(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about old ways of writing such files
        return torch.load(path, map_location="cpu", weights_only=True)


def _check_unpacked(path: Path) -> None:
    """Raise ValueError for a packed file that would become too large."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise ValueError("it is too large unpacked")


def _fitting(network: nn.Module, tensors: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
    """Fill the network; return its tensors as they are kept, None where these are of another network.

    How many classes the last layer tells apart is free.
    """
    place, last = last_linear(network)
    own = network.state_dict()
    head = {name: tensors.get(f"{place}.{name}") for name in ("weight", "bias")}
    body = {name: value for name, value in own.items() if not name.startswith(f"{place}.")}
    wanted = {name for name in body if not name.endswith(_COUNTER)}
    given = {name for name in tensors if not name.startswith(f"{place}.") and not name.endswith(_COUNTER)}
    if wanted != given or any(tensors[name].shape != body[name].shape for name in wanted):
        return None
    weight, bias = head["weight"], head["bias"]
    if weight is None or bias is None or weight.shape[1:] != (last.in_features,) or bias.shape != weight.shape[:1]:
        return None
    if len(weight) > _MOST_CLASSES:
        return None
    network.load_state_dict({name: tensors[name] for name in wanted}, strict=False)
    kept = {f"network.{name}": value for name, value in network.state_dict().items() if name in body}
    kept |= {f"{SOURCE}weight": weight.float(), f"{SOURCE}bias": bias.float()}
    return {name: value.contiguous().clone() for name, value in kept.items()}


def _only_side(network: nn.Module, path: Path) -> int | None:
    """Return the side of the only pictures that the network sees, in pixels; None where it sees small ones too.

    Raises:
        WeightsError: it sees none, or does not make sensible features of them.
    """
    own, body = side_of(network), Outside(network).eval()
    for side in (_PROBE, own):
        features = _features(body, side)
        if features is None:
            continue
        if features.shape != (1, body.length) or not torch.isfinite(features).all():
            raise WeightsError(f"The weights {path.name} make no sense of a picture, {_LEFT_OUT}")
        return None if side == _PROBE else side
    raise WeightsError(f"The network of {path.name} sees pictures of neither {_PROBE} nor {own} px, {_LEFT_OUT}")


def _features(body: Outside, side: int) -> Tensor | None:
    """Return the features of an empty picture; None where the network does not see pictures of this size."""
    try:
        with torch.inference_mode():
            features: Tensor = body(torch.zeros(1, 3, side, side))
    except (RuntimeError, AssertionError, ValueError, TypeError):
        return None
    return features
