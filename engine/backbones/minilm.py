"""The sentence network MiniLM (6 layers, 384 wide) in plain torch.

After Wang et al. 2020, https://arxiv.org/abs/2002.10957 (the network) and Devlin et al. 2019,
https://arxiv.org/abs/1810.04805 (its layers); the weights are those of all-MiniLM-L6-v2.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from engine.backbones.wordpieces import PADDING
from engine.errors import WeightsError

WIDTH, LAYERS, LONGEST = 384, 6, 512

_WORDS, _HEADS, _INNER, _EPSILON = 30522, 12, 1536, 1e-12
_SHAPES = "16"
_UNUSED = "embeddings.position_ids"
_NAMES = {  # what the file calls the parts of a layer
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "mix",
    "attention.output.LayerNorm": "mixed",
    "intermediate.dense": "widen",
    "output.dense": "narrow",
    "output.LayerNorm": "narrowed",
}


def _remember_few_shapes() -> None:
    """Keep PyTorch from keeping code for each of the last 1,024 shapes that it computed with.

    Texts differ in length, so that hardly a shape comes again: tuning on 6,000 news for 300 s took 6.4 GB, and 2.7 GB
    with this, at the same pace. It is looked at once, when a process computes its first product.
    """
    for name in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
        os.environ.setdefault(name, _SHAPES)


_remember_few_shapes()


class _Layer(nn.Module):
    """Each word looks at all others of its text, then at itself; each time what it sees is added and normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.mix = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.mixed = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.widen, self.narrow = nn.Linear(WIDTH, _INNER), nn.Linear(_INNER, WIDTH)
        self.narrowed = nn.LayerNorm(WIDTH, eps=_EPSILON)

    @override
    def forward(self, x: Tensor, places: Tensor, present: Tensor) -> Tensor:
        parts = (self.query, self.key, self.value)
        query, key, value = (_spread(part(x), places, present).transpose(1, 2) for part in parts)
        seen = _attend(query, key, value, present[:, None, None, :])
        x = self.mixed(x + self.mix(seen.transpose(1, 2).flatten(2).flatten(0, 1)[places]))
        y: Tensor = self.narrowed(x + self.narrow(functional.gelu(self.widen(x))))
        return y


def _spread(x: Tensor, places: Tensor, present: Tensor) -> Tensor:
    """Return rows [N, 384] as a grid [n, T, heads, d] that holds them at ``places`` and zeros elsewhere."""
    grid = x.new_zeros(present.numel(), WIDTH).index_copy(0, places, x)
    return grid.view(*present.shape, _HEADS, WIDTH // _HEADS)


def _attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    """Return attention [n, heads, T, d] in torch's own form or, where that is several times slower, as matrix products.

    On a processor that is the gradient in half precision: a step of 32 sentences takes 0.39 s of torch's, 0.18 s so.
    """
    if not query.requires_grad or query.device.type != "cpu" or not torch.is_autocast_enabled("cpu"):
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    with torch.autocast("cpu", enabled=False):  # which would turn all shares to full precision and back
        shares = scores.masked_fill_(~mask, -torch.inf).softmax(dim=-1)
        found: Tensor = shares @ value
    return found


class MiniLM(nn.Module):
    """Map words int64 [n, T] to their mean states float32 [n, 7, 384]: the embedding's, then those of each layer.

    ``T`` is at most 512; places that hold :data:`PADDING` are not computed, looked at or averaged. Weights in half
    precision give means in full precision too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(_WORDS, WIDTH)
        self.places = nn.Embedding(LONGEST, WIDTH)
        self.parts = nn.Embedding(2, WIDTH)
        self.embedded = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))

    @override
    def forward(self, words: Tensor) -> Tensor:
        return means_of(self.states(words), words)

    def states(self, words: Tensor, last: int = LAYERS, places: Tensor | None = None) -> list[Tensor]:
        """Return the states [N, 384] of the N words that are no padding: the embedding's, and those after each layer.

        Only the first ``last`` layers are computed. ``places`` are what :func:`places_of` returns, where that is known.
        """
        places = places_of(words) if places is None else places
        x = self.words(words.flatten()[places]) + self.places(places % words.shape[1]) + self.parts.weight[0]
        return self.further(self.embedded(x), words, 0, last, places)

    def further(
        self, state: Tensor, words: Tensor, first: int, last: int = LAYERS, places: Tensor | None = None
    ) -> list[Tensor]:
        """Return the state [N, 384] after ``first`` layers, and those after each of the next up to ``last``."""
        present = words != PADDING
        places = places_of(words) if places is None else places
        states = [state]
        for layer in self.layers[first:last]:
            states.append(layer(states[-1], places, present))
        return states


def places_of(words: Tensor) -> Tensor:
    """Return the places int64 [N] that hold no padding, of words int64 [n, T] counted row by row.

    A graphics card has to be waited for until it has found them, so who had the words before it did looks there.
    """
    return (words != PADDING).flatten().nonzero()[:, 0]


def means_of(states: Sequence[Tensor], words: Tensor, places: Tensor | None = None) -> Tensor:
    """Return the means [n, S, 384] in full precision of S states [N, 384] over the words int64 [n, T] of each row.

    ``places`` are what :func:`places_of` returns, where that is known.
    """
    owner = (places_of(words) if places is None else places) // words.shape[1]
    counts = (words != PADDING).sum(dim=1, keepdim=True)
    empty = torch.zeros(len(words), WIDTH, device=words.device)
    return torch.stack([empty.index_add(0, owner, state.float()) / counts for state in states], dim=1)


def load_minilm(path: Path) -> MiniLM:
    """Return the network with the weights of ``path``, in evaluation mode.

    Raises:
        WeightsError: the file cannot be read, or its tensors are not those of this network.
    """
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"The pretrained weights {path.name} cannot be read: {error}.") from error
    found = {_our_name(name): tensor for name, tensor in tensors.items() if name != _UNUSED and "pooler" not in name}
    with torch.device("meta"):  # weights that are replaced at once need no beginning
        network = MiniLM()
    try:
        network.load_state_dict(found, assign=True)
    except RuntimeError as error:
        raise WeightsError(f"{path.name} does not fit the network: {error}") from error
    return network.eval().requires_grad_(False)


def _our_name(name: str) -> str:
    """Return our name of one of the file's tensors."""
    before, _, rest = name.partition("encoder.layer.")
    if not rest:
        fixed = {"word": "words", "position": "places", "token_type": "parts"}
        place = before.removeprefix("embeddings.")
        for theirs, ours in fixed.items():
            place = place.replace(f"{theirs}_embeddings", ours)
        return place.replace("LayerNorm", "embedded")
    layer, _, part = rest.partition(".")
    part, _, kind = part.rpartition(".")
    return f"layers.{layer}.{_NAMES.get(part, part)}.{kind}"
