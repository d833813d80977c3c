"""The exported folder: what is in it, the same every time, and none at all where something is wrong."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporters.base import ExportReport
from exporters.container.context import foreign
from exporters.container.exporter import DockerExporter
from exporters.container.facts import Facts
from exporters.container.lock import read_lock
from exporters.errors import NotExportable, NotWritable
from exporters.source import Source
from exporters.standalone.errors import NotAPackage
from exporters.standalone.package import Package
from exporters.verify.checks import check
from tests.exporters.models import CLASSES, PICTURES, TABLE, constant, linear, model_of, source_of, thumbnail

TITLE = "Schrauben 🔩\n& `Muttern`"


def pictures() -> Source:
    return source_of(model_of(PICTURES, thumbnail(PICTURES), constant(PICTURES)), TITLE)


def export(out: Path, source: Source | None = None, **options: object) -> ExportReport:
    exporter = DockerExporter(**options)  # type: ignore[arg-type]
    return exporter.export(source or pictures(), out, lambda share, text: None)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ExportReport]:
    """A context without wheels, and its report."""
    out = tmp_path_factory.mktemp("exported") / "context"
    return out, export(out)


def test_the_folder_holds_all_that_the_readme_names(exported: tuple[Path, ExportReport]) -> None:
    out, report = exported
    tops = {path.name for path in out.iterdir()}
    assert tops == {
        *("Dockerfile", ".dockerignore", "README.md", "app", "compose.yaml", "kubernetes.yaml", "model"),
        *("requirements.txt", "wheels"),
    }
    assert [path.name for path in (out / "wheels").iterdir()] == ["WHEELS.txt"]
    assert report.path == out
    assert report.parity_path == out / "model" / "manifest.json"
    assert report.bytes == sum(map(len, files(out).values()))
    assert "largest difference" in report.sentence()


def test_the_package_inside_answers(exported: tuple[Path, ExportReport]) -> None:
    package = Package.open(exported[0] / "model")
    assert package.classes == CLASSES
    answer = package.predict([package.read((exported[0] / "model" / "sample" / "sample.png").read_bytes())])[0]
    assert answer.label in CLASSES


def test_every_module_of_the_server_compiles_and_none_trains(exported: tuple[Path, ExportReport]) -> None:
    app = exported[0] / "app"
    code = {name: content for name, content in files(app).items() if name.endswith(".py")}
    assert {"healthcheck.py", "exporters/server/__main__.py", "exporters/standalone/package.py"} <= set(code)
    for content in code.values():
        ast.parse(content)
    assert not any("learners" in name or "labeling" in name or "studio" in name for name in code)
    health = Path(app.parents[0] / "app" / "healthcheck.py").read_text()
    tops = {node.names[0].name for node in ast.walk(ast.parse(health)) if isinstance(node, ast.Import)}
    assert tops == {"http.client", "os", "sys"}


def test_the_name_of_the_project_is_told_to_people_and_made_safe_for_engines(
    exported: tuple[Path, ExportReport],
) -> None:
    print_of_model = hashlib.sha256((exported[0] / "model" / "model.onnx").read_bytes()).hexdigest()
    assert Facts.read(exported[0]).image == f"localhost/schrauben-muttern:{print_of_model[:12]}"
    assert (exported[0] / "README.md").read_text().startswith("# Schrauben 🔩 \\& \\`Muttern\\`\n")
    assert "Schrauben" not in (exported[0] / "Dockerfile").read_text()


def test_the_lock_goes_along_and_the_wheels_are_listed(exported: tuple[Path, ExportReport]) -> None:
    lock = read_lock((exported[0] / "requirements.txt").read_text())
    listed = (exported[0] / "wheels" / "WHEELS.txt").read_text()
    assert all(f"{package.name} {package.version}\n" in listed for package in lock)
    assert {"pillow", "uvicorn"} <= {package.name for package in lock}


def test_the_same_model_makes_the_same_folder(exported: tuple[Path, ExportReport], tmp_path: Path) -> None:
    export(tmp_path / "again")
    first, second = files(exported[0]), files(tmp_path / "again")
    assert {name for name in first if first[name] != second.get(name)} == set()
    assert set(first) == set(second)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    with pytest.raises(NotWritable, match=r"is there already and is not overwritten\. Remove it, or choose another"):
        export(tmp_path / "out")
    assert files(tmp_path) == {"out/letter.txt": b"mine"}


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export(tmp_path / "out", source_of(model_of(TABLE, linear(TABLE)), "snakes"))
    assert (tmp_path / "out" / "model" / "sample" / "sample.csv").is_file()
    assert "Content-Type: text/csv" in (tmp_path / "out" / "README.md").read_text()


def test_given_wheels_are_checked_before_anything_is_left(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    with pytest.raises(NotExportable, match=r"do not make up the container: .*not there.* and \d+ more"):
        export(tmp_path / "out", wheels=tmp_path / "wheels")
    assert [path.name for path in tmp_path.iterdir()] == ["wheels"]


def test_choices_that_make_no_sense_are_met_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(NotExportable, match="made for x86_64 or aarch64, but got 'riscv64'"):
        export(tmp_path / "out", platform="riscv64")
    with pytest.raises(NotExportable, match=r"either given .* or downloaded .*, not both"):
        export(tmp_path / "out", wheels=tmp_path, fetch_wheels=True)
    assert not (tmp_path / "out").exists()


def test_a_repository_for_triton_is_written_where_asked(tmp_path: Path) -> None:
    export(tmp_path / "out", triton=True)
    repository = tmp_path / "out" / "triton" / "schrauben-muttern"
    assert (repository / "1" / "model.onnx").read_bytes() == (tmp_path / "out" / "model" / "model.onnx").read_bytes()
    assert 'name: "schrauben-muttern"' in (repository / "config.pbtxt").read_text()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for nothing but small files."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be made by root on Linux alone")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_leaves_nothing(full_disk: Path) -> None:
    with pytest.raises(NotWritable, match=r"cannot be written to .* \(No space left on device\).*Make room"):
        export(full_disk / "out")
    assert list(full_disk.iterdir()) == []


def test_hashes_in_the_manifest_are_those_of_the_files(exported: tuple[Path, ExportReport]) -> None:
    model = exported[0] / "model"
    said = json.loads((model / "manifest.json").read_bytes())
    for name, facts in said["files"].items():
        assert hashlib.sha256((model / name).read_bytes()).hexdigest() == facts["sha256"]
    assert "milliseconds" not in said["parity"]
    assert "ms_one" not in said["cost"]


def test_a_context_is_verified_and_what_was_changed_around_the_model_is_told(
    exported: tuple[Path, ExportReport], tmp_path: Path
) -> None:
    context = tmp_path / "context"
    shutil.copytree(exported[0], context)
    manifest = json.loads((context / "model" / "manifest.json").read_bytes())
    assert foreign(context, manifest) == []
    assert check(context).own
    (context / "app" / "__pycache__").mkdir()
    (context / "app" / "__pycache__" / "healthcheck.cpython-311.pyc").write_text("stays out of the image")
    (context / "model" / "serving.json").write_text("stays out of the image too")
    (context / "wheels" / "numpy-1-py3-none-any.whl").write_text("is not installed with another hash than the lock's")
    assert foreign(context, manifest) == []
    (context / "app" / "uvicorn.py").write_text("print('hello')")
    (context / "app" / "healthcheck.py").unlink()
    (context / "Dockerfile").write_text("FROM elsewhere")
    assert foreign(context, manifest) == ["Dockerfile", "app/healthcheck.py", "app/uvicorn.py"]
    assert not check(context).own


def test_what_would_go_into_the_image_unseen_is_told(exported: tuple[Path, ExportReport], tmp_path: Path) -> None:
    names = [
        *("wheels/requirements.txt", "wheels/sub/numpy-1-py3-none-any.whl", "model/json.py", "model/sample/json.py"),
        *("app/a__pycache__b.py", "app/LICENSES/more.py"),
    ]
    context = tmp_path / "context"
    shutil.copytree(exported[0], context)
    for name in names:
        (context / name).parent.mkdir(exist_ok=True)
        (context / name).write_text("print('hello')")
    assert foreign(context, json.loads((context / "model" / "manifest.json").read_bytes())) == sorted(names)


@pytest.mark.parametrize(
    ("name", "to"), [("app/json", "../model/sample"), ("wheels/a.whl", "WHEELS.txt"), ("wheels", "model")]
)
def test_links_in_what_goes_into_the_image_are_told(
    exported: tuple[Path, ExportReport], tmp_path: Path, name: str, to: str
) -> None:
    context = tmp_path / "context"
    shutil.copytree(exported[0], context)
    if (context / name).exists():
        shutil.rmtree(context / name)
    (context / name).symlink_to(to)
    assert name in foreign(context, json.loads((context / "model" / "manifest.json").read_bytes()))


def test_what_an_engine_would_take_unasked_is_told(exported: tuple[Path, ExportReport], tmp_path: Path) -> None:
    overrides = ["compose.override.yaml", "docker-compose.override.yml"]
    names = [*overrides, ".env", ".containerignore", "Dockerfile.dockerignore"]
    context = tmp_path / "context"
    shutil.copytree(exported[0], context)
    for name in names:
        (context / name).write_text("")
    assert foreign(context, json.loads((context / "model" / "manifest.json").read_bytes())) == sorted(names)


def test_a_model_that_was_changed_in_a_context_is_found(exported: tuple[Path, ExportReport], tmp_path: Path) -> None:
    context = tmp_path / "context"
    shutil.copytree(exported[0], context)
    (context / "model" / "model.onnx").write_bytes(b"other")
    with pytest.raises(NotAPackage):
        check(context)
