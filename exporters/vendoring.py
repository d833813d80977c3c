"""Which of our own modules go along with an artefact: those it imports, verbatim, under their own names.

Followed from the imports themselves, so that nothing is forgotten and nothing heavy slips in unseen.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from importlib import resources

from engine.task import Modality
from exporters.standalone.package import READERS

ROOTS = ("engine", "exporters")
COMMAND = "exporters.standalone.command"


def vendored(modality: Modality, entries: Sequence[str] = (COMMAND,)) -> dict[str, bytes]:
    """Return the files, by their paths with ``/``, of all modules that ``entries`` and reading that modality need.

    Every package gets an empty ``__init__.py``: ours may import what is not wanted there.
    """
    reader = READERS[modality].partition(":")[0]
    waiting, found = [*entries, reader], dict[str, bytes]()
    while waiting:
        module = waiting.pop()
        path = module.replace(".", "/") + ".py"
        if path in found:
            continue
        found[path] = source_of(module)
        waiting += [name for name in imported(found[path]) if _is_module(name)]
    folders = {path.rpartition("/")[0] for path in found}
    packages = {"/".join(folder.split("/")[:depth]) for folder in folders for depth in range(1, folder.count("/") + 2)}
    return dict(sorted({**{f"{package}/__init__.py": b"" for package in packages}, **found}.items()))


def imported(source: bytes) -> Iterator[str]:
    """Yield the names of all modules that a module of ours may import, at its top or later, but not for types alone."""
    tree = ast.parse(source)
    skipped = {id(inner) for node in ast.walk(tree) if _for_types(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def source_of(module: str) -> bytes:
    """Return the source of one of our modules, without importing it."""
    root, *rest = module.split(".")
    return resources.files(root).joinpath(*rest[:-1], f"{rest[-1]}.py").read_bytes()


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _is_module(name: str) -> bool:
    root, *rest = name.split(".")
    return bool(root in ROOTS and rest and resources.files(root).joinpath(*rest[:-1], f"{rest[-1]}.py").is_file())
