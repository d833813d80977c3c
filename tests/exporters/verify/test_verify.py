"""An export that is as it was is verified; one that is not is told from it; and nothing of a stranger's is run."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import py_compile
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporters.api import export
from exporters.bundle.archive import archive
from exporters.requirements import lock_text
from exporters.verify.environment import names_of
from exporters.verify.verify import verify
from tests.engine.flowers import flower_run
from tests.exporters.bundle.test_exporter import MODEL
from tests.exporters.conftest import Made


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bundle")
    run = flower_run(root / "flowers")
    MODEL.save(run.model_path)
    return export(run.path, "bundle", root / "out").path


@pytest.fixture
def folder(zipped: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(zipped) as content:
        content.extractall(tmp_path)
    return tmp_path / "flowers"


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Change a file and what the manifest says of it, as someone would who means harm."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    digest = hashlib.sha256(content).hexdigest()
    if name in manifest["files"]:
        manifest["files"][name] = {"sha256": digest, "bytes": len(content)}
    else:
        manifest["shipped"][name] = digest
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_zip_is_verified_as_it_is(zipped: Path) -> None:
    told: list[str] = []
    verdict = verify(zipped, tell=told.append)
    assert verdict.holds
    assert "every SHA-256 fits" in verdict.sentences[0]
    assert "numpy" in verdict.sentences[-1]
    assert "torch" not in verdict.sentences[-1]
    assert verdict.sentences[-1].endswith("flowers.zip is verified.")
    assert len(told) == 2


def test_a_folder_that_somebody_works_in_is_verified(folder: Path) -> None:
    (folder / "my notes.txt").write_text("mine")
    (folder / "flowers").mkdir()
    (folder / "flowers" / "rose.csv").write_text("1")
    (folder / ".venv" / "lib").mkdir(parents=True)
    (folder / ".venv" / "lib" / "numpy.py").write_text("installed as the README says")
    assert verify(folder).holds


SHADOWS = ("numpy/__init__.py", "pathlib/__init__.py", "onnxruntime/deep/x.so")


@pytest.mark.parametrize("name", SHADOWS)
def test_folders_that_python_would_import_are_told(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text("print('hello')")
    assert f"{name.partition('/')[0]!r} was not exported with the rest" in verify(folder).sentences[0]


def test_links_to_folders_are_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for name in ("numpy", "code/numpy"):
        (folder / name).symlink_to(tmp_path / "elsewhere")
        assert f"{name!r} was not exported with the rest" in verify(folder).sentences[0]
        (folder / name).unlink()


def test_compiled_programs_are_told_and_nothing_beside_the_program_is_run(folder: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    source = tmp_path / "evil.py"
    source.write_text(f"open({str(ran)!r}, 'w')")
    module = folder / "code" / "exporters" / "standalone" / "command.py"
    compiled = importlib.util.cache_from_source(str(module))
    py_compile.compile(str(source), compiled, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert "__pycache__" in verify(folder).sentences[0]
    for name in ("numpy/__init__.py", "pathlib/__init__.py", "code/numpy/__init__.py", "code/json.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source.read_text())
    command = [sys.executable, str(folder / "predict.py"), str(folder / "sample" / "sample.csv"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    assert "probabilities" in done.stdout
    assert not ran.exists()


@pytest.mark.parametrize("name", ["pictures"])
def test_a_package_folder_is_verified(name: str, folders: Made[Path]) -> None:
    verdict = verify(folders[name])
    assert verdict.holds, verdict.sentences


@pytest.mark.parametrize("name", ["model.onnx", "sample/sample.csv", "code/engine/task.py", "predict.py", "README.md"])
def test_a_changed_byte_is_told(name: str, folder: Path) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    verdict = verify(folder)
    assert not verdict.holds
    assert verdict.sentences == (
        f"flowers is not verified. {name!r} is not as it was exported: it was changed or damaged. "
        + ("Export it again." if name in ("model.onnx", "sample/sample.csv") else "Get it again."),
    )


def test_a_missing_file_is_told(folder: Path) -> None:
    (folder / "code" / "engine" / "task.py").unlink()
    assert "holds no task.py" in verify(folder).sentences[0]


@pytest.mark.parametrize(
    "name", ["code/json.py", "numpy.py", "code/engine/extra.so", "code/engine/__pycache__/task.pyc"]
)
def test_programs_that_were_not_exported_are_told(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("print('hello')")
    assert f"{name!r} was not exported with the rest" in verify(folder).sentences[0]


def test_an_answer_that_is_another_is_told(folder: Path) -> None:
    expected = json.loads((folder / "sample" / "expected.json").read_text())
    expected["answer"]["probabilities"]["rose"] += 0.01
    rewrite(folder, "sample/expected.json", json.dumps(expected).encode())
    verdict = verify(folder)
    assert not verdict.holds
    assert "does not answer as the trained model did: 0.01 apart" in verdict.sentences[-1]


@pytest.mark.parametrize("content", [b'{"file": "../../x", "answer": {}}', b"[" * 50_000])
def test_an_expectation_that_is_none_is_told(content: bytes, folder: Path) -> None:
    rewrite(folder, "sample/expected.json", content)
    verdict = verify(folder)
    assert not verdict.holds
    assert "sample that goes along is missing or damaged" in verdict.sentences[-1]


@pytest.mark.parametrize("name", ["code/exporters/standalone/package.py", "predict.py"])
def test_programs_of_a_stranger_are_not_run(name: str, folder: Path, tmp_path: Path) -> None:
    rewrite(folder, name, f"open({str(tmp_path / 'ran')!r}, 'w')".encode())
    verdict = verify(folder)
    assert verdict.holds
    assert "are not those of this version" in verdict.sentences[1]
    assert not (tmp_path / "ran").exists()


def test_a_graph_with_numbers_elsewhere_is_told(folder: Path) -> None:
    import onnx

    model = onnx.load(folder / "model.onnx")
    tensor = onnx.numpy_helper.from_array(np.zeros(3, np.float32), "stolen")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../secret")
    model.graph.initializer.append(tensor)
    rewrite(folder, "model.onnx", model.SerializeToString())
    assert "takes its numbers from other files" in verify(folder).sentences[0]


def test_a_graph_that_asks_for_all_memory_is_told(folder: Path) -> None:
    import onnx

    model = onnx.load(folder / "model.onnx")
    shape = onnx.numpy_helper.from_array(np.array([1 << 42], np.int64), "huge")
    model.graph.initializer.append(shape)
    model.graph.node.append(onnx.helper.make_node("ConstantOfShape", ["huge"], ["endless"]))
    model.graph.node.append(onnx.helper.make_node("Shape", ["endless"], ["extent"]))
    model.graph.output.append(onnx.helper.make_tensor_value_info("endless", onnx.TensorProto.FLOAT, [1 << 42]))
    rewrite(folder, "model.onnx", model.SerializeToString())
    verdict = verify(folder)
    assert not verdict.holds
    assert "flowers is not verified" in verdict.sentences[-1]


def test_a_zip_from_a_stranger_is_not_unpacked_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive({"../../x": b"1"}, "a"))
    verdict = verify(tmp_path / "a.zip")
    assert not verdict.holds
    assert "may lie elsewhere" in verdict.sentences[0]


def test_a_folder_that_is_no_export_is_met_with_a_sentence(tmp_path: Path) -> None:
    assert "holds no manifest.json" in verify(tmp_path).sentences[0]
    assert "cannot be read" in verify(tmp_path / "nowhere").sentences[0]


def test_wheels_that_are_not_there_are_told(zipped: Path, tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    verdict = verify(zipped, wheels=tmp_path / "wheels")
    assert not verdict.holds
    assert "cannot be installed from" in verdict.sentences[-1]


def test_a_lock_names_every_package_once() -> None:
    for name in ("image", "audio", "table", "text", "words"):
        names = names_of(lock_text(name))
        assert {"numpy", "onnxruntime"} <= set(names)
        assert len(names) == len(set(names))
        assert lock_text(name).count("--hash=sha256:") > len(names)


def test_nothing_else_is_seen_where_it_is_asked(zipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    run = subprocess.run

    def watched(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        seen.append(command)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    assert verify(zipped).holds
    (command,) = seen
    paths, allowed, *_ = json.loads(command[-1])
    assert command[:4] == [sys.executable, "-I", "-S", "-B"]
    assert {"numpy", "onnxruntime", "engine", "exporters"} <= set(allowed)
    assert not {"torch", "polars", "sklearn", "onnx", "studio", "PIL"} & set(allowed)
    assert not Path(paths[0]).exists()
