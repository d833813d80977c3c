from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.model.parts import read_parts, write_parts


def test_parts_come_back_as_they_were(tmp_path: Path) -> None:
    parts = [{"body.0": torch.arange(6.0).reshape(2, 3).T, "weight": torch.ones(2, 2)}, {"weight": torch.zeros(2, 2)}]
    write_parts(tmp_path, parts)
    for found, wanted in zip(read_parts(tmp_path, 2), parts, strict=True):
        assert found.keys() == wanted.keys()
        assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_missing_networks_and_damaged_files_are_refused(tmp_path: Path) -> None:
    write_parts(tmp_path, [{"weight": torch.zeros(1)}])
    for count in (0, 2):
        with pytest.raises(ValueError, match="missing"):
            read_parts(tmp_path, count)
    (tmp_path / "networks.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ValueError, match="header"):
        read_parts(tmp_path, 1)


def test_a_number_of_networks_is_believed_no_further_than_there_are_some(tmp_path: Path) -> None:
    write_parts(tmp_path, [{"weight": torch.zeros(1)}])
    with pytest.raises(ValueError, match="missing"):
        read_parts(tmp_path, 10**15)
