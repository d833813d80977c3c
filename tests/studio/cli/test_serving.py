from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.run.folder import RunFolder
from exporters.errors import NothingToExport
from exporters.standalone.package import Package
from studio.cli.errors import UsageError
from studio.cli.serving import KEPT, _keep, export_for_serving, package_of


def test_a_model_is_exported_once_and_gone_at_the_end(constant_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with package_of(constant_model) as folder:
        assert Package.open(folder, threads=1).classes == ("no", "yes")
        with package_of(folder) as same:
            assert same == folder
    assert not folder.exists()
    assert capsys.readouterr().out == ""


def test_an_unpacked_bundle_is_served_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    for name in ("manifest.json", "model.onnx"):
        (tmp_path / "model" / name).write_text("{}")
    with package_of(tmp_path) as folder:
        assert folder == tmp_path / "model"


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_text("")
    with pytest.raises(UsageError, match="is a file"), package_of(tmp_path / "model.onnx"):
        pass


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToExport), package_of(tmp_path):
        pass


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    from tests.engine.flowers import FLOWERS, flower_run
    from tests.exporters.models import constant, model_of

    run = flower_run(tmp_path / "flowers")
    model_of(FLOWERS, constant(FLOWERS)).save(run.model_path)
    return run


def test_a_damaged_export_that_was_kept_is_made_anew(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = export_for_serving(run.path, tmp_path / "one")
    (first / "model.onnx").write_bytes(b"cut off")
    second = export_for_serving(run.path, tmp_path / "two")
    assert second == first and Package.open(second, threads=1).modality == "table"
    assert capsys.readouterr().out.count("damaged") == 1


def test_two_who_serve_a_run_at_once_both_have_what_they_were_given(run: RunFolder, tmp_path: Path) -> None:
    first = export_for_serving(run.path, tmp_path / "one")
    made = Path(shutil.copytree(first, tmp_path / "two"))
    node = (first / "model.onnx").stat().st_ino
    assert _keep(made, run.path / KEPT, first.name) == first
    assert (first / "model.onnx").stat().st_ino == node
    on_its_way = run.path / KEPT / ".other.1.tmp"
    on_its_way.mkdir()
    other = _keep(Path(shutil.copytree(first, made)), run.path / KEPT, "another-model")
    assert sorted(path.name for path in other.parent.iterdir()) == [on_its_way.name, other.name]


def test_the_export_of_a_run_is_kept_until_its_model_is_another(run: RunFolder, tmp_path: Path) -> None:
    from tests.engine.flowers import FLOWERS
    from tests.exporters.models import constant, model_of

    first = export_for_serving(run.path, tmp_path / "scratch")
    assert first.parent == run.path / KEPT
    moment = (first / "model.onnx").stat().st_mtime_ns
    assert export_for_serving(run.path, tmp_path / "scratch") == first
    assert (first / "model.onnx").stat().st_mtime_ns == moment
    model_of(FLOWERS, constant(FLOWERS), temperature=2.0).save(run.model_path)
    second = export_for_serving(run.path, tmp_path / "scratch")
    assert second != first and [path.name for path in (run.path / KEPT).iterdir()] == [second.name]
