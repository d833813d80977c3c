from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from engine.modalities.text.topics import ROUNDS, Projection, projections


def found(matrix: csr_array, wanted: int) -> tuple[Projection, int]:
    work, rounds = projections(matrix, matrix.T.tocsr(), wanted, seed=0), 0
    while True:
        try:
            next(work)
            rounds += 1
        except StopIteration as end:
            return end.value, rounds


def test_directions_are_those_of_the_greatest_singular_values() -> None:
    random = np.random.default_rng(0)
    dense = (random.normal(size=(80, 5)) @ random.normal(size=(5, 60))).astype(np.float32)
    dense += 0.01 * random.normal(size=dense.shape).astype(np.float32)
    projection, rounds = found(csr_array(dense), 5)
    exact = np.linalg.svd(dense, full_matrices=False)[2][:5]
    overlap = np.abs(exact @ projection.directions.astype(np.float64))
    np.testing.assert_allclose(overlap, np.eye(5), atol=0.01)
    assert rounds == ROUNDS


def test_numbers_have_length_one_and_empty_texts_none() -> None:
    matrix = csr_array(np.vstack([np.eye(4), np.ones((1, 4)), np.zeros((1, 4))]).astype(np.float32))
    lengths = np.linalg.norm(found(matrix, 4)[0].numbers(matrix), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 1, 1, 0], atol=1e-5)


def test_no_more_directions_are_found_than_there_are() -> None:
    matrix = csr_array(np.eye(3, 7, dtype=np.float32))
    assert found(matrix, 50)[0].directions.shape == (7, 3)
