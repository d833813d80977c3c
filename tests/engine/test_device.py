"""Where to compute."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import device
from engine.errors import DeviceError


def test_the_processor_is_always_there() -> None:
    assert device.resolve("cpu") == "cpu"


def test_without_a_driver_the_processor_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: False)
    assert device.resolve("auto") == "cpu"


def test_a_card_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: False)
    with pytest.raises(DeviceError, match="No supported graphics card"):
        device.resolve("cuda")


def test_a_card_with_a_driver_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: True)
    monkeypatch.setattr(device, "_cuda_usable", lambda: True)
    assert device.resolve("auto") == device.resolve("cuda") == "cuda"


def test_an_apple_chip_is_used_where_there_is_no_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: False)
    monkeypatch.setattr(device, "_apple_chip", lambda: True)
    monkeypatch.setattr(device, "_mps_usable", lambda: True)
    assert device.resolve("auto") == device.resolve("mps") == "mps"
    with pytest.raises(DeviceError):
        device.resolve("cuda")


def test_cuda_comes_before_an_apple_chip(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_driver_present", "_cuda_usable", "_apple_chip", "_mps_usable"):
        monkeypatch.setattr(device, name, lambda: True)
    assert device.resolve("auto") == "cuda"


def test_an_apple_chip_that_is_not_usable_leaves_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: False)
    monkeypatch.setattr(device, "_apple_chip", lambda: True)
    monkeypatch.setattr(device, "_mps_usable", lambda: False)
    assert device.resolve("auto") == "cpu"
    with pytest.raises(DeviceError):
        device.resolve("mps")


@pytest.mark.parametrize(
    ("name", "found"), [("cuda", "torch.cuda.is_available"), ("mps", "torch.backends.mps.is_available")]
)
def test_a_card_too_old_to_compute_with_leaves_the_processor(
    name: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def launch(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device")

    monkeypatch.setattr(device, "_driver_present", lambda: name == "cuda")
    monkeypatch.setattr(device, "_apple_chip", lambda: name == "mps")
    monkeypatch.setattr(found, lambda: True)
    monkeypatch.setattr("torch.ones", launch)
    assert device.resolve("auto") == "cpu"
    with pytest.raises(DeviceError, match="No supported graphics card"):
        device.resolve(name)


@pytest.mark.parametrize("name", ["cuda", "mps"])
@pytest.mark.parametrize(
    "error",
    [RuntimeError("CUDA error: out of memory"), RuntimeError("MPS backend out of memory (MPS allocated: 17 GB)")],
)
def test_a_card_that_is_full_for_a_moment_is_not_too_old(
    name: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def launch(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(device, f"_{name}_there", lambda: True)
    monkeypatch.setattr(device, "_driver_present", lambda: name == "cuda")
    monkeypatch.setattr(device, "_apple_chip", lambda: name == "mps")
    monkeypatch.setattr("torch.ones", launch)
    assert device.resolve(name) == name


@pytest.mark.parametrize(("name", "hardware"), [("cuda", "_driver_present"), ("mps", "_apple_chip")])
def test_whether_a_card_is_there_is_asked_without_computing_on_it(
    name: str, hardware: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def launch(*_: object, **__: object) -> None:
        raise AssertionError("this holds the card")

    monkeypatch.setattr("torch.ones", launch)
    monkeypatch.setattr(device, hardware, lambda: True)
    monkeypatch.setattr(device, f"_{name}_there", lambda: True)
    for asked in (name, "auto", "cpu"):
        device.demand(asked)
    monkeypatch.setattr(device, f"_{name}_there", lambda: False)
    with pytest.raises(DeviceError, match="No supported graphics card"):
        device.demand(name)
    monkeypatch.setattr(device, hardware, lambda: False)
    with pytest.raises(DeviceError, match="No supported graphics card"):
        device.demand(name)


@pytest.mark.parametrize(
    ("where", "main", "card", "unused", "is_tight"),
    [
        ("cpu", 3e9, 0.0, 0.0, False),
        ("cpu", 1e9, 8e9, 0.0, True),
        ("mps", 1e9, 8e9, 0.0, True),
        ("cuda", 8e9, 3e9, 0.0, False),
        ("cuda", 8e9, 1e9, 0.0, True),
        ("cuda", 8e9, 1e9, 3e9, False),  # torch holds it and gives it to whoever works next
        ("cuda", 1e9, 8e9, 0.0, True),
    ],
)
def test_memory_is_tight_where_little_is_left_of_the_computers_or_the_cards(
    where: str, main: float, card: float, unused: float, is_tight: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(device, "free_bytes", lambda: int(main))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (int(card), int(24e9)))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: int(2e9 + unused))
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: int(2e9))
    assert device.tight(where) is is_tight


def test_torch_is_not_imported_where_there_is_no_such_hardware() -> None:
    code = (
        "import sys; from engine import device; device._driver_present = device._apple_chip = lambda: False; "
        "assert device.resolve('auto') == 'cpu'; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_threads_are_those_this_process_may_use() -> None:
    assert 1 <= device.threads() <= (os.cpu_count() or 1)


@pytest.fixture
def eight_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sixteen processors, two a core, all of which may be used; return the file that may limit them."""
    for number in range(16):
        folder = tmp_path / f"cpu{number}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(f"{number % 8},{number % 8 + 8}\n")
    monkeypatch.setattr(device, "_TOPOLOGY", tmp_path)
    monkeypatch.setattr(device, "_CGROUP", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(16)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    return tmp_path / "cpu.max"


@pytest.mark.usefixtures("eight_cores")
def test_threads_are_one_a_core() -> None:
    assert device.threads() == 8


def test_two_threads_of_one_core_are_both_used(eight_cores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {3, 11}, raising=False)
    assert device.threads() == 2
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {3}, raising=False)
    assert device.threads() == 1


def test_a_container_grants_no_more_than_its_share(eight_cores: Path) -> None:
    eight_cores.write_text("250000 100000\n")
    assert device.threads() == 3
    eight_cores.write_text("max 100000\n")
    assert device.threads() == 8


@pytest.mark.usefixtures("eight_cores")
def test_whoever_asks_for_few_threads_gets_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert device.threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert device.threads() == 8


@pytest.mark.usefixtures("eight_cores")
def test_without_a_topology_the_system_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_TOPOLOGY", tmp_path / "nowhere")
    assert 1 <= device.threads() <= 16


def test_a_process_that_computes_does_not_spin_and_what_is_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.setenv("OPENBLAS_THREAD_TIMEOUT", "9")
    monkeypatch.setenv("MINE", "kept")
    environment = device.thread_environment()
    assert environment["OMP_WAIT_POLICY"] == "passive"
    assert environment["OPENBLAS_THREAD_TIMEOUT"] == "9"
    assert environment["OMP_NUM_THREADS"] == str(device.threads())
    assert environment["MINE"] == "kept"


def test_without_hardware_auto_is_told_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_driver_present", lambda: False)
    assert device.told_at_once("auto") == "cpu"
    monkeypatch.setattr(device, "_driver_present", lambda: True)
    assert device.told_at_once("auto") is None
    assert device.told_at_once("cuda") == "cuda"
