"""Files written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any


def write_bytes(path: Path, content: bytes) -> None:
    """Replace ``path`` atomically: a reader sees the old content or the new, after a crash too (OSError: full disk)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Any) -> None:
    """Write ``content`` as JSON, atomically."""
    write_bytes(path, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode())


def read_json(path: Path) -> Any:
    """Read JSON (OSError when absent, ValueError when damaged)."""
    return json.loads(path.read_text(encoding="utf-8"))


def link_tree(source: Path, target: Path) -> None:
    """Make ``target`` a copy of the immutable folder ``source``, by hard links where the disk allows."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.copytree(source, temporary, copy_function=_link_or_copy)
    temporary.rename(target)


def _link_or_copy(source: str, target: str) -> str:
    link_file(Path(source), Path(target))
    return target


def link_file(source: Path, target: Path) -> None:
    """Make ``target`` a copy of the immutable file ``source``, by a hard link where the disk allows."""
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links
        shutil.copy2(source, target)
