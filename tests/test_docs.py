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
PACKAGES = ("engine", "labeling", "exporters", "studio")
PAGES = ("", *PACKAGES, "studio/cli", "tests/benchmarks")
TEXTS = {page: (ROOT / page / "README.md").read_text(encoding="utf-8") for page in PAGES}
README = TEXTS[""]
BLOCKS: list[str] = [block for text in TEXTS.values() for block in re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)]


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
def test_the_page_of_the_command_line_names_every_option_of_a_command_and_no_other(name: str) -> None:
    declared = {word for action in _parser_of(name)._actions for word in action.option_strings if word[:2] == "--"}
    assert set(re.findall(r"--[a-z-]+", _usage_of(name))) == declared - {"--help"}


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_the_page_of_the_command_line_names_the_places_of_a_command_as_its_help_does(name: str) -> None:
    places = [
        str(a.metavar) for a in _parser_of(name)._actions if not a.option_strings and str(a.metavar)[:1].isupper()
    ]
    without_options = re.sub(r"\[?--[a-z-]+ ?[^\s\]]*\]?", "", _usage_of(name))
    assert re.findall(r"[A-Z][\w|.]*", without_options) == places


def test_every_example_is_a_command_that_can_be_given() -> None:
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


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"demo", "test", "setup", "lint"} <= _targets(README)
    for target in set().union(*map(_targets, TEXTS.values())):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
        assert target in makefile.partition(".PHONY:")[2].splitlines()[0].split(), target


def _targets(text: str) -> set[str]:
    return set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", TEXTS[page])
    assert links or page
    for link in links:
        name, _, heading = link.partition("#")
        file = (ROOT / page / name).resolve() if name else ROOT / page / "README.md"
        assert file.exists(), link
        assert not heading or heading in _headings(file.read_text(encoding="utf-8")), link


def _headings(text: str) -> set[str]:
    """Return the headings of a page as links name them."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_every_page_is_reached_from_the_readme() -> None:
    assert [page for page in PAGES if page and f"({page}/README.md)" not in README] == []


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
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder().find(importlib.import_module(name)):
        if test.examples:  # each run loads a debugger
            runner.run(test)
    outcome = runner.summarize()
    assert outcome.attempted
    assert outcome.failed == 0
