"""The shape of the tree: files stay small, tests mirror modules, and the wheel holds what it should."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from engine.task import Modality

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine", "labeling", "exporters", "studio", "resources")
MOST_LINES = 600
MOST_FUNCTION_LINES = 80
FEW_LINES = 20  # a module below this is tested through whoever uses it
NO_LOGIC = {"__init__.py", "__main__.py", "base.py"}  # a base is tested by its family's contract suite


def _sources(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def _names(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


def _code_lines(file: Path) -> int:
    return sum(1 for line in file.read_text(encoding="utf-8").splitlines() if line.strip())


def test_no_file_is_long() -> None:
    assert _names([file for file in _sources(*PACKAGES, "tests", "packaging") if _code_lines(file) > MOST_LINES]) == []


DOTTED = re.compile(r"\b(?:engine|labeling|exporters|studio|resources)(?:\.\w+)+")


@dataclass(frozen=True)
class Contents:
    """How many lines the functions of a file have, and what it names with dots or imports from packages."""

    functions: tuple[tuple[str, int], ...]
    modules: frozenset[str]


@cache
def _contents(file: Path) -> Contents:
    """Return what several tests ask of a file: to parse them all takes seconds."""
    words, functions = file.read_text(encoding="utf-8"), list[tuple[str, int]]()
    modules = set(DOTTED.findall(words))
    for node in _statements(ast.parse(words)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            begin = node.body[1].lineno if ast.get_docstring(node) and len(node.body) > 1 else node.lineno
            functions.append((node.name, (node.end_lineno or begin) - begin))
        elif isinstance(node, ast.ImportFrom):
            modules |= {f"{node.module}.{name.name}" for name in node.names}
    return Contents(tuple(functions), frozenset(modules))


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements in a tree, however deep; expressions hold none."""
    blocks = [tree]
    while blocks:
        for node in ast.iter_child_nodes(blocks.pop()):
            if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
                blocks.append(node)
            if isinstance(node, ast.stmt):
                yield node


def test_no_function_is_long() -> None:
    assert [
        f"{file.relative_to(ROOT)}: {name}"
        for file in _sources(*PACKAGES, "tests")
        for name, lines in _contents(file).functions
        if lines >= MOST_FUNCTION_LINES
    ] == []


def _mirror(module: Path) -> Path:
    inside = module.relative_to(ROOT)
    return ROOT / "tests" / inside.parent / f"test_{inside.stem.strip('_')}.py"


def test_every_module_has_a_test_of_its_own_or_is_part_of_something_that_has() -> None:
    """A test file of the same name, a test that uses the module, or such a test of a module that uses it."""
    modules = _sources(*PACKAGES)
    used_in_tests = set[str]().union(*(_contents(file).modules for file in _sources("tests")))
    tested = [m for m in modules if _mirror(m).is_file() or _dotted(m) in used_in_tests]
    parts = set[str]().union(*(_contents(file).modules for file in tested))
    reached = {_dotted(module) for module in tested} | parts
    worth = [m for m in modules if m.name not in NO_LOGIC and _code_lines(m) > FEW_LINES]
    assert _names([module for module in worth if _dotted(module) not in reached]) == []


def _dotted(module: Path) -> str:
    return ".".join(module.relative_to(ROOT).with_suffix("").parts)


def test_every_kind_of_data_has_the_same_rooms() -> None:
    rooms = ("decode.py", "samples.py", "features.py", "learners", "members", "portfolio.py", "described.py")
    kinds = ROOT / "engine" / "modalities"
    assert [f"{kind}/{room}" for kind in Modality for room in rooms if not (kinds / kind / room).exists()] == []


def test_init_files_only_gather_names() -> None:
    allowed = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign, ast.AnnAssign)
    for file in _sources(*PACKAGES):
        if file.name == "__init__.py" and not _is_registry(file):
            body = ast.parse(file.read_text(encoding="utf-8")).body
            assert all(isinstance(node, allowed) for node in body), file


def _is_registry(file: Path) -> bool:
    """A family's registry may live in its folder: it names the members and finds one."""
    source = file.read_text(encoding="utf-8")
    return re.search(r"^[A-Z_]{3,}\b.* = ", source, re.MULTILINE) is not None or "import_module(" in source


def test_packaging_and_tests_are_no_packages() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    assert not (ROOT / "tests" / "__init__.py").exists()


@pytest.fixture(scope="module")
def wheel_files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a clean copy of the tree."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in (*PACKAGES, "tests", "packaging"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    done = subprocess.run(build, cwd=copy, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    wheel = next((copy / "dist").glob("*.whl"))
    assert wheel.name.startswith("autodidact_studio-")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_holds_the_five_packages_and_nothing_else(wheel_files: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel_files if ".dist-info/" not in name}
    assert tops == set(PACKAGES)


def test_wheel_holds_every_module(wheel_files: set[str]) -> None:
    assert set(_names(_sources(*PACKAGES))) <= wheel_files


def test_wheel_holds_resources_and_licence(wheel_files: set[str]) -> None:
    bundled = {str(f.relative_to(ROOT)) for f in (ROOT / "resources").rglob("*") if f.is_file()}
    assert {name for name in bundled if "__pycache__" not in name} <= wheel_files
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel_files)
    assert any(name.endswith(".dist-info/entry_points.txt") for name in wheel_files)
