"""Lack of memory is known by all its names, and nothing else is taken for it; what is free is a container's own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch
from lightgbm.basic import LightGBMError

from engine import memory
from engine.memory import free_bytes, short_of_memory


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
        RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
        RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED"),
        RuntimeError("Invalid buffer size: 12.34 GiB"),
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


@pytest.mark.parametrize(
    ("limit", "used", "free"),
    [
        ("16000", "9000", 9500),
        ("16000", "18600", 0),
        ("500000", "9000", 64000),
        ("max", "9000", 64000),
        (None, "9000", 64000),
    ],
)
def test_no_more_is_free_than_a_container_may_use_and_files_in_memory_are_free(
    limit: str | None, used: str, free: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=64000))
    if limit is not None:
        (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    (tmp_path / "memory.stat").write_text("anon 7000\ninactive_file 2000\nactive_file 500\n")
    assert free_bytes() == free
