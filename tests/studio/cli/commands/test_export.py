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


def test_a_model_alone_is_exported_too_and_the_help_says_so(
    constant_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    assert "a run folder, or a model folder" in " ".join(capsys.readouterr().out.split())
    assert main(["export", str(constant_model), "--out", str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out").glob("*.onnx"))) == 1
    assert main(["export", str(tmp_path / "absent"), "--out", str(tmp_path / "out")]) == 2
    assert "There is no run or model " in capsys.readouterr().err
