"""Where projects are made, and which were opened lately."""

from __future__ import annotations

from pathlib import Path

from studio.recent import forget, fresh_project_path, home, recent, remember


def project(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "project.db").touch()
    return folder


def test_a_new_project_is_named_like_its_source_and_takes_no_place_of_another(tmp_path: Path) -> None:
    source = tmp_path / "bolts"
    source.mkdir()
    assert fresh_project_path(source) == home() / "bolts"
    project(home() / "bolts")
    assert fresh_project_path(source) == home() / "bolts 2"


def test_names_that_no_folder_can_have_are_mended(tmp_path: Path) -> None:
    table = tmp_path / "sales: 2026?.csv"
    table.touch()
    assert fresh_project_path(table).name == "sales 2026"


def test_the_newest_project_comes_first_and_vanished_ones_are_forgotten(tmp_path: Path) -> None:
    first, second = project(tmp_path / "first"), project(tmp_path / "second")
    for path in (first, second, first):
        remember(path)
    assert recent() == [first, second]
    (second / "project.db").unlink()
    assert recent() == [first]


def test_a_project_on_a_disk_that_was_away_for_a_while_is_there_again(tmp_path: Path) -> None:
    first, second = project(tmp_path / "first"), project(tmp_path / "second")
    remember(first)
    away = first.rename(tmp_path / "away")
    remember(second)
    assert recent() == [second]
    away.rename(first)
    assert recent() == [second, first]


def test_folders_that_are_gone_push_no_project_out(tmp_path: Path) -> None:
    alive = project(tmp_path / "alive")
    remember(alive)
    for number in range(20):
        gone = project(tmp_path / f"gone {number}")
        remember(gone)
        (gone / "project.db").unlink()
    assert recent() == [alive]
    forget(alive)
    assert recent() == []
