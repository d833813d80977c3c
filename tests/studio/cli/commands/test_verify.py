"""``autodidact verify`` says either way, and its exit code too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.learners.constant import ConstantMember
from exporters.packaged import write_package
from studio.cli import main
from tests.engine.flowers import FLOWERS
from tests.exporters.models import model_of, source_of


@pytest.fixture
def package(tmp_path: Path) -> Path:
    source = source_of(model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6]))))
    return write_package(source, tmp_path / "package", lambda share, text: None).folder


def test_an_export_as_it_was_is_verified(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(package)]) == 0
    assert "package is verified." in " ".join(capsys.readouterr().out.split())


def test_a_changed_one_is_not(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (package / "model.onnx").write_bytes(b"other")
    assert main(["verify", str(package)]) == 1
    printed = capsys.readouterr()
    assert "is not verified. 'model.onnx' is not as it was exported" in " ".join((printed.out + printed.err).split())


def test_what_is_not_there_is_a_wrong_use(tmp_path: Path) -> None:
    assert main(["verify", str(tmp_path / "nowhere")]) == 2
