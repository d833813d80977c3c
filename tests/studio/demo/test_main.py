from __future__ import annotations

import sys

import pytest

from studio.demo.__main__ import has_display


def test_a_display_is_what_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DEMO_OFFSCREEN", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_display()
    monkeypatch.setenv("DEMO_OFFSCREEN", "1")
    assert not has_display()


def test_other_systems_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_OFFSCREEN", raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert has_display()
