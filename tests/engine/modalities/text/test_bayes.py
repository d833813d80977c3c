from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from engine.modalities.text.bayes import frequent, log_count_ratios


def test_ratios_are_those_of_a_calculation_by_hand() -> None:
    matrix = csr_array(np.array([[0.5, 0.5, 0], [1, 0, 0], [0, 0, 1], [9, 9, 9]], dtype=np.float32))
    learned = np.array([[True, True], [True, True], [True, True], [False, True]])
    targets = np.array([[1.0], [1.0], [0.0], [1.0]], dtype=np.float32)
    ratios = log_count_ratios(matrix.T.tocsr(), targets, learned)
    p, q = np.array([3, 2, 1]) / 6, np.array([1, 1, 2]) / 4
    np.testing.assert_allclose(ratios[:, 0], np.log(p / q), rtol=1e-6)
    np.testing.assert_allclose(ratios[:, 1], np.log(np.array([4, 3, 2]) / 9 / q), rtol=1e-6)
    assert matrix.max() == 9


def test_a_feature_is_frequent_where_it_occurs_in_enough_of_the_learned_rows() -> None:
    matrix = csr_array(np.array([[0.5, 0.5, 0], [1, 0, 0], [0, 0, 3]], dtype=np.float32))
    learned = np.array([[True, True], [True, False], [True, True]])
    expected = [[True, False], [False, False], [False, False]]
    np.testing.assert_array_equal(frequent(matrix.T.tocsr(), learned, 2), expected)
    assert frequent(matrix.T.tocsr(), learned, 1).all()
