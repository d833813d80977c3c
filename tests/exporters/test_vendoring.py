"""The modules that go along run by themselves, with nothing heavy in sight, and are ours to the letter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import exporters
from engine.task import Modality
from exporters.vendoring import ROOTS, imported, vendored
from tests.exporters.conftest import Made

NEEDED = {
    Modality.IMAGE: {"PIL"},
    Modality.AUDIO: {"soundfile"},
    Modality.TEXT: {"tokenizers"},
    Modality.TABLE: set[str](),
}
BLOCKED = ("torch", "polars", "sklearn", "PySide6", "onnx", "lightgbm", "scipy", "pandas", "studio", "labeling")
PROGRAM = """
import json, sys
for name in {blocked!r}:
    sys.modules[name] = None
sys.path.insert(0, {code!r})
from exporters.standalone.replay import main
main({folder!r})
assert all(module.__file__ is None or not module.__file__.startswith({ours!r}) for name, module in sys.modules.items()
           if name.partition(".")[0] in ("engine", "exporters") and module is not None)
"""


@pytest.mark.parametrize("modality", Modality)
def test_only_what_reading_that_modality_needs_is_imported(modality: Modality) -> None:
    files = vendored(modality)
    outside = {
        name.partition(".")[0] for content in files.values() for name in imported(content)
    } - sys.stdlib_module_names
    assert outside - set(ROOTS) <= {"numpy", "onnxruntime", *NEEDED[modality]}
    assert NEEDED[modality] <= outside


@pytest.mark.parametrize("modality", Modality)
def test_modules_go_along_verbatim_and_packages_are_empty(modality: Modality) -> None:
    root = Path(exporters.__file__).parent.parent
    for name, content in vendored(modality).items():
        assert content == (b"" if name.endswith("__init__.py") else (root / name).read_bytes())


def test_every_folder_is_a_package() -> None:
    files = vendored(Modality.IMAGE)
    for name in files:
        for folder in list(Path(name).parents)[:-1]:
            assert (folder / "__init__.py").as_posix() in files


def test_what_is_imported_for_types_alone_stays_behind() -> None:
    source = (
        b"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\nimport json\nfrom engine import task\n"
    )
    assert set(imported(source)) == {"typing", "typing.TYPE_CHECKING", "json", "engine", "engine.task"}


@pytest.mark.parametrize("name", ["table", "pictures", "sounds", "several"])
def test_a_package_answers_where_nothing_heavy_can_be_imported(name: str, folders: Made[Path], tmp_path: Path) -> None:
    modality = json.loads((folders[name] / "manifest.json").read_bytes())["task"]["modality"]
    for place, content in vendored(Modality(modality), ("exporters.standalone.replay",)).items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(content)
    root = str(Path(exporters.__file__).parent.parent)
    program = PROGRAM.format(blocked=BLOCKED, code=str(tmp_path), folder=str(folders[name]), ours=f"{root}/exporters")
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["difference"] < 1e-6
