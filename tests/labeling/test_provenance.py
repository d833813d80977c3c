"""What a run learns from is known by the name, the size and the SHA-256 of its file, and by when it was taken in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from labeling.importing import read, understand
from labeling.project import Project
from labeling.provenance import SOURCES, Origin, write_origins


def table(folder: Path) -> Path:
    path = folder / "prices of Käthe.csv"
    path.write_text("size,colour\n" + "".join(f"{n},{'red' if n % 2 else 'blue'}\n" for n in range(40)))
    return path


def test_a_file_is_named_without_what_stands_above_it_and_hashed(tmp_path: Path) -> None:
    path = table(tmp_path)
    origin = Origin.of(understand(path, target="colour"), "2026-01-02T03:04:05")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    expected = Origin("prices of Käthe.csv", "table", "", 40, "2026-01-02T03:04:05", path.stat().st_size, digest)
    assert origin == expected


def test_a_folder_has_no_digest_and_a_file_that_is_gone_has_none_any_more(bolts: Path, tmp_path: Path) -> None:
    understanding = understand(bolts)
    assert Origin.of(understanding).sha256 is None
    gone = Origin.of(replace(understanding, source=tmp_path / "gone.csv"))
    assert (gone.name, gone.bytes, gone.sha256) == ("gone.csv", None, None)


def test_samples_that_the_data_sets_apart_count_unless_the_person_lets_them_be_learned_from(bolts: Path) -> None:
    understanding = replace(understand(bolts), set_apart=4)
    assert Origin.of(understanding).set_apart == 4
    assert Origin.of(replace(understanding, apart=False)).set_apart == 0


def test_a_project_tells_of_each_import_that_is_not_undone(tmp_path: Path) -> None:
    project, path = Project.create(tmp_path / "mine"), table(tmp_path)
    understanding = understand(path, target="colour")
    assert project.origins() == ()
    project.add(understanding, read(understanding))
    (origin,) = project.origins()
    assert (origin.name, origin.samples, len(origin.taken_in)) == (path.name, 40, len("2026-01-02T03:04:05"))
    project.undo()
    assert project.origins() == ()
    project.close()


def test_they_are_written_beside_the_samples_of_a_run(tmp_path: Path) -> None:
    write_origins(tmp_path, [Origin("a.csv", "table", "", 3, "")])
    (said,) = json.loads((tmp_path / SOURCES).read_text(encoding="utf-8"))
    assert (said["name"], said["samples"], said["sha256"]) == ("a.csv", 3, None)
