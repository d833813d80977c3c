"""Tools that talk, kept quiet."""

from __future__ import annotations

import logging
import os
import sys

import pytest

from exporters.edge.tools import quietly


def test_neither_prints_nor_logs_nor_new_handlers_are_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY")
    handlers = list(logging.getLogger().handlers)
    with quietly():
        print("hello")
        logging.getLogger().addHandler(logging.StreamHandler(sys.stderr))
        logging.getLogger("a.tool").error("hello")
    assert capsys.readouterr() == ("", "")
    assert logging.getLogger().handlers == handlers
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_logs_are_heard_again_afterwards(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="broken"), quietly():
        raise ValueError("broken")
    logging.getLogger("mine").error("heard")
    assert caplog.messages == ["heard"]
