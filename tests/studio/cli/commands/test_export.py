from __future__ import annotations

from pathlib import Path

import pytest

from studio.cli.entry import main


def test_an_unknown_target_is_bad_usage(
    constant_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(constant_model), "--to", "punch cards", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "Models are exported as onnx or" in said
    assert "but got 'punch cards'." in said


def test_a_folder_without_a_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "out").exists()
