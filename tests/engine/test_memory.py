"""Lack of memory is known by all its names, and nothing else is taken for it."""

from __future__ import annotations

import pytest
import torch
from lightgbm.basic import LightGBMError

from engine.memory import short_of_memory


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("MPS backend out of memory (MPS allocated: 8.1 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
        RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED"),
        RuntimeError("GET was unable to find an engine to execute this computation"),
        RuntimeError("Unable to find a valid cuDNN algorithm to run convolution"),
        LightGBMError("std::bad_alloc"),
        LightGBMError("bad allocation"),
    ],
)
def test_lack_of_memory_is_known_by_all_its_names(error: BaseException) -> None:
    assert short_of_memory(error)


@pytest.mark.parametrize("error", [ValueError("out of memory"), RuntimeError("CUDA error: unspecified launch failure")])
def test_other_errors_are_not_taken_for_it(error: BaseException) -> None:
    assert not short_of_memory(error)
