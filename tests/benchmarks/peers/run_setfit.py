"""MiniLM sentence embeddings that first learn to bring texts of a class closer, as SetFit, and logistic regression.

SetFit: Tunstall et al. 2022, with its settings: pairs of equal and of different classes half and half, cosine
similarity against 1 and 0, AdamW at 2e-5 with a linear warm-up, 16 pairs at a time, at most 20 pairs of each sort a
text, of a long one its first 256 word pieces. It ends when the budget leaves no more than the last embedding needs.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

from tests.benchmarks.peers import common
from tests.benchmarks.peers.parallel import folds_together
from tests.benchmarks.peers.sentences import at_once, embed, network, pieces, tried

_PAIRS, _MOST = 16, 20
_RATE, _WARM = 2e-5, 0.1
_SPARE_S, _MORE = 3.0, 1.1


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    torch.manual_seed(job.seed)
    model = network()
    texts, asked = job.train.texts(job.case.target), job.test.texts(job.case.target)
    reserve = _SPARE_S + _MORE * _embedding_s(model, texts) * (len(texts) + len(asked))
    job.notes["steps"] = str(_contrast(model, texts, job.codes, job, reserve))
    size = sum(value.numel() * value.element_size() for value in model.state_dict().values()) / common.MEGABYTE
    inputs = embed(model, texts)
    with folds_together():
        head = LogisticRegression(max_iter=2000, random_state=job.seed).fit(inputs, job.codes)
    since = time.monotonic()
    answers = head.predict_proba(embed(model, asked))
    job.measured(since)
    job.weighs(size + common.pickled_mb(head))
    job.write(answers)


def _embedding_s(model: SentenceTransformer, texts: list[str]) -> float:
    """Return how long the embedding of one text takes, of many."""
    lengths = np.minimum([len(own) for own in pieces(model, texts)], at_once(model))
    rows = tried(lengths)
    embed(model, [texts[row] for row in rows[:8]])
    since = time.monotonic()
    embed(model, [texts[row] for row in rows])
    return (time.monotonic() - since) * float(lengths.mean() / lengths[rows].mean()) / len(rows)


def _contrast(model: SentenceTransformer, texts: list[str], codes: Any, job: common.Job, reserve: float) -> int:
    """Train on pairs until the budget leaves just ``reserve`` seconds; return the steps made."""
    rng = np.random.default_rng(job.seed)
    most = 2 * _MOST * len(texts) // _PAIRS
    begin, total = job.left, max(1e-3, job.left - reserve)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE)
    model.train()
    step = 0
    while step < most and job.left > reserve:
        done = max(step / most, (begin - job.left) / total)
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min((done + 0.01) / _WARM, (1 - done) / (1 - _WARM))
        left, right, same = _pairs(rng, codes)
        first, second = (_forward(model, [texts[row] for row in rows]) for rows in (left, right))
        error = torch.nn.functional.mse_loss(torch.cosine_similarity(first, second), torch.from_numpy(same).float())
        optimizer.zero_grad()
        torch.autograd.backward(error)
        optimizer.step()
        step += 1
    model.eval()
    return step


def _pairs(rng: np.random.Generator, codes: Any) -> tuple[Any, Any, Any]:
    """Return rows of pairs, half of one class and half of two."""
    left = rng.integers(0, len(codes), _PAIRS)
    same = np.arange(_PAIRS) % 2
    rows = np.arange(len(codes))
    right = [rng.choice(rows[(codes == codes[row]) == bool(equal)]) for row, equal in zip(left, same, strict=True)]
    return left, np.array(right), same


def _forward(model: SentenceTransformer, texts: list[str]) -> torch.Tensor:
    embedded: torch.Tensor = model(model.preprocess(texts))["sentence_embedding"]
    return embedded


if __name__ == "__main__":
    main()
