from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.heads.answer import Answer, sigmoid, softmax
from engine.heads.kernel import KernelHead, squared_distances

RANDOM = np.random.default_rng(0)


def head(answer: Answer = Answer.SOFTMAX, root: float | None = 1e-3) -> KernelHead:
    arrays = {
        "mean": RANDOM.random(4),
        "scale": RANDOM.random(4) + 0.5,
        "landmarks": RANDOM.normal(size=(5, 4)),
        "weight": RANDOM.normal(size=(5, 3)),
        "bias": RANDOM.normal(size=3),
    }
    return KernelHead.from_arrays({k: v.astype(np.float32) for k, v in arrays.items()}, root, answer)


@pytest.mark.parametrize(("answer", "last"), [(Answer.SOFTMAX, softmax), (Answer.SIGMOID, sigmoid)])
def test_it_computes_what_its_docstring_says(answer: Answer, last: Callable[[FloatArray], FloatArray]) -> None:
    machine = head(answer)
    features = RANDOM.random((6, 4)).astype(np.float32)
    z = (np.sqrt(features.astype(np.float64) + 1e-3) - machine.mean) * machine.scale
    kernel = np.exp(-((z[:, None, :] - machine.landmarks[None]) ** 2).sum(axis=2))
    scores = kernel @ machine.weight + machine.bias
    np.testing.assert_allclose(machine.predict(features), last(scores), atol=1e-6)


def test_without_root_and_classes_it_answers_numbers() -> None:
    machine = head(Answer.NUMBER, root=None)
    features = -RANDOM.random((6, 4)).astype(np.float32)
    z = (features - machine.mean) * machine.scale
    kernel = np.exp(-squared_distances(z.astype(np.float64), machine.landmarks.astype(np.float64)))
    np.testing.assert_allclose(machine.predict(features), kernel @ machine.weight + machine.bias, atol=1e-5)


def test_no_rows_give_no_answers() -> None:
    assert head().predict(np.zeros((0, 4), dtype=np.float32)).shape == (0, 3)


def test_files_bring_it_back(tmp_path: Path) -> None:
    machine = head()
    machine.write(tmp_path / "head.safetensors")
    features = RANDOM.random((6, 4)).astype(np.float32)
    again = KernelHead.read(tmp_path / "head.safetensors", 1e-3, Answer.SOFTMAX)
    np.testing.assert_array_equal(again.predict(features), machine.predict(features))


def test_a_missing_or_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        KernelHead.read(tmp_path / "none.safetensors", None, Answer.SOFTMAX)
    (tmp_path / "bad.safetensors").write_bytes(b"\x08")
    with pytest.raises(ModelError, match="cannot be read"):
        KernelHead.read(tmp_path / "bad.safetensors", None, Answer.SOFTMAX)


@pytest.mark.parametrize(("name", "shape"), [("bias", (2,)), ("scale", (3,)), ("landmarks", (5, 3)), ("weight", (15,))])
def test_arrays_that_do_not_fit_are_refused(name: str, shape: tuple[int, ...]) -> None:
    arrays = head().arrays() | {name: np.zeros(shape, dtype=np.float32)}
    with pytest.raises(ModelError, match="damaged"):
        KernelHead.from_arrays(arrays, None, Answer.SOFTMAX)


def test_a_missing_array_is_named() -> None:
    arrays = head().arrays()
    del arrays["mean"]
    with pytest.raises(ModelError, match="mean"):
        KernelHead.from_arrays(arrays, None, Answer.SOFTMAX)
