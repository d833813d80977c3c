from __future__ import annotations

from pathlib import Path

import pytest

from studio.cli.entry import main


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """What the window was asked to open; no window opens."""
    asked: list[Path | None] = []

    def open_window(project: Path | None) -> int:
        asked.append(project)
        return 0

    monkeypatch.setattr("studio.app.main", open_window)
    return asked


@pytest.mark.parametrize("words", [[], ["studio"]])
def test_without_a_project_the_window_opens_empty(words: list[str], opened: list[Path | None]) -> None:
    assert main(words) == 0
    assert opened == [None]


def test_a_project_is_handed_to_the_window(tmp_path: Path, opened: list[Path | None]) -> None:
    assert main(["studio", str(tmp_path)]) == 0
    assert opened == [tmp_path]
