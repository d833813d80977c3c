"""The mark of the code that learns: it changes with what a measured run could depend on, and with nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.benchmarks import machine

SHARED = ("engine/split.py", "engine/modalities/extent.py", "resources/portfolio.json")
OTHERS = ("studio/window.py", "labeling/labels.py", "exporters/onnx.py", "engine/README.md", "resources/portfolio.md")
FILES = (*SHARED, *OTHERS, "engine/modalities/table/target.py")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def test_a_modality_s_runs_stay_of_one_state_while_another_modality_changes(repository: Path) -> None:
    before = {modality: machine.engine(modality) for modality in ("image", "table", None)}

    (repository / "engine/modalities/table/target.py").write_text("2\n", encoding="utf-8")
    assert machine.engine("image") == before["image"]
    assert machine.engine("table") == f"{before['table']}-dirty"

    commit(repository)
    assert machine.engine("image") == before["image"]
    assert machine.engine("table") not in (before["table"], f"{before['table']}-dirty")
    assert machine.engine() != before[None]


@pytest.mark.parametrize("name", SHARED)
def test_what_modalities_share_changes_the_state_of_all(repository: Path, name: str) -> None:
    before = [machine.engine(modality) for modality in ("image", "table")]
    (repository / name).write_text("2\n", encoding="utf-8")
    commit(repository)
    assert not set(before) & {machine.engine(modality) for modality in ("image", "table")}


@pytest.mark.parametrize("name", OTHERS)
def test_what_does_not_learn_changes_nothing(repository: Path, name: str) -> None:
    before = machine.engine("table"), machine.engine()
    (repository / name).write_text("2\n", encoding="utf-8")
    assert (machine.engine("table"), machine.engine()) == before
    commit(repository)
    assert (machine.engine("table"), machine.engine()) == before


@pytest.mark.parametrize(
    "name", [*SHARED, "studio/window.py", "labeling/labels.py", "engine/modalities/table/target.py"]
)
def test_whatever_the_window_consists_of_changes_its_state(repository: Path, name: str) -> None:
    before = machine.window()
    (repository / name).write_text("2\n", encoding="utf-8")
    assert machine.window() == f"{before}-dirty"
    commit(repository)
    assert machine.window() not in (before, f"{before}-dirty", machine.engine())


def test_documents_and_what_is_not_in_the_window_change_nothing_of_its_state(repository: Path) -> None:
    before = machine.window()
    for name in ("engine/README.md", "exporters/onnx.py"):
        (repository / name).write_text("2\n", encoding="utf-8")
    assert machine.window() == before


def commit(repository: Path) -> None:
    git(repository, "add", ".")
    git(repository, "-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "--message", "x")


def git(repository: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=repository, check=True)
