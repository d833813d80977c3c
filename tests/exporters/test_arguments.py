"""Options come from the registry of targets and go to the target they belong to."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from exporters.arguments import add_options, chosen_options
from exporters.errors import ExportError
from exporters.manifest import Manifest
from exporters.targets import TARGETS, Option, Target
from tests.exporters.conftest import Made

SIDE = Option("side", "how large", "N", int)


@pytest.fixture
def parser(monkeypatch: pytest.MonkeyPatch) -> ArgumentParser:
    monkeypatch.setitem(TARGETS, "one", Target("a:B", "one thing", (SIDE, Option("quick_one", "hurry"))))
    monkeypatch.setitem(TARGETS, "two", Target("a:C", "another", (SIDE,)))
    made = ArgumentParser()
    add_options(made)
    return made


def test_what_was_given_goes_to_the_target(parser: ArgumentParser) -> None:
    given = parser.parse_args(["--side", "3", "--quick-one"])
    assert chosen_options(given, "one") == {"side": 3, "quick_one": True}


def test_what_was_not_given_is_left_to_the_target(parser: ArgumentParser) -> None:
    assert chosen_options(parser.parse_args([]), "one") == {}


def test_an_option_of_another_target_is_told(parser: ArgumentParser) -> None:
    with pytest.raises(ExportError, match="--quick-one goes with --to one, not with --to two"):
        chosen_options(parser.parse_args(["--quick-one"]), "two")


def test_a_value_that_is_none_is_told(parser: ArgumentParser, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser.parse_args(["--side", "wide"])
    assert "invalid literal" in capsys.readouterr().err


def test_the_manifest_says_what_its_readers_look_for(folders: Made[Path]) -> None:
    manifest = json.loads((folders["table"] / "manifest.json").read_text())
    assert set(Manifest.__dataclass_fields__) | {"files"} == set(manifest)
    assert manifest["format"] == 1
    assert manifest["which"] == "ensemble"
    assert manifest["files"]["model.onnx"]["bytes"] == manifest["cost"]["bytes"]
    assert manifest["parity"]["difference"] <= manifest["parity"]["tolerance"]
    assert [part["name"] for part in manifest["reading"]["columns"]] == [c["name"] for c in manifest["task"]["columns"]]
    assert manifest["opsets"]["ai.onnx.ml"] >= 5
