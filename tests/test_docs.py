"""What the documentation says must be what the program does."""

from __future__ import annotations

import argparse
import doctest
import importlib
import re
import shlex
from pathlib import Path

import pytest

from studio.cli.commands import COMMANDS
from studio.cli.entry import build_parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS: list[str] = re.findall(r"```\n(.*?)```", README, flags=re.DOTALL)
PACKAGES = ("engine", "labeling", "exporters", "studio")


def _usage() -> str:
    return next(block for block in BLOCKS if "autodidact studio [PROJECT]" in block)


def _usage_of(name: str) -> str:
    words = re.sub(r"\n +", " ", _usage())
    return next(line for line in words.splitlines() if line.startswith(f"autodidact {name} "))


def _parser_of(name: str) -> argparse.ArgumentParser:
    commands = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    parser = commands.choices[name]
    assert isinstance(parser, argparse.ArgumentParser)
    return parser


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_readme_names_every_option_of_a_command_and_no_other(name: str) -> None:
    declared = {word for action in _parser_of(name)._actions for word in action.option_strings if word[:2] == "--"}
    assert set(re.findall(r"--[a-z-]+", _usage_of(name))) == declared - {"--help"}


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_readme_names_the_places_of_a_command_as_its_help_does(name: str) -> None:
    places = [
        str(a.metavar) for a in _parser_of(name)._actions if not a.option_strings and str(a.metavar)[:1].isupper()
    ]
    without_options = re.sub(r"\[?--[a-z-]+ ?[^\s\]]*\]?", "", _usage_of(name))
    assert re.findall(r"[A-Z][\w|.]*", without_options) == places


def test_every_example_in_the_readme_is_a_command_that_can_be_given() -> None:
    examples = [
        line
        for block in BLOCKS
        if block is not _usage()
        for line in block.splitlines()
        if line.startswith("autodidact ") and "DATA" not in line
    ]
    assert examples
    for example in examples:
        assert build_parser().parse_args(shlex.split(example)[1:]).command


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z-]+)`", README)) | set(re.findall(r"^make ([a-z-]+)", README, re.MULTILINE))
    assert targets >= {"demo", "test", "setup", "lint"}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_file_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_ci_runs_the_readmes_test_command() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def _modules_with_examples() -> list[str]:
    files = (file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))
    return [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in files
        if ">>> " in file.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("name", _modules_with_examples())
def test_examples_in_docstrings_are_true(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert outcome.failed == 0
