"""The options of all targets on a command line: declared from the registry, read back for the one chosen."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Any

from exporters.errors import ExportError
from exporters.targets import TARGETS, Option

_PREFIX = "option_"


def add_options(parser: ArgumentParser) -> None:
    """Declare every option of every target, in a group for each target."""
    declared: set[str] = set()
    for name, target in TARGETS.items():
        group = parser.add_argument_group(f"with --to {name}: {target.summary}")
        for option in target.options:
            if option.name in declared:  # several targets may share one
                continue
            declared.add(option.name)
            word, place = _word(option), _PREFIX + option.name
            if not option.metavar:
                group.add_argument(word, dest=place, action="store_true", default=None, help=option.help)
            else:
                group.add_argument(
                    word,
                    dest=place,
                    metavar=option.metavar,
                    type=_parsed(option),
                    choices=option.choices or None,
                    help=option.help,
                )


def chosen_options(given: Namespace, target: str) -> dict[str, Any]:
    """Return what was given of the options of ``target``, by name.

    Raises:
        ExportError: an option of another target was given.
    """
    known = {option.name for option in TARGETS[target].options}
    said = {
        place.removeprefix(_PREFIX): value
        for place, value in vars(given).items()
        if place.startswith(_PREFIX) and value is not None
    }
    for name in said:
        if name not in known:
            owners = [other for other, its in TARGETS.items() if any(option.name == name for option in its.options)]
            raise ExportError(
                f"--{name.replace('_', '-')} goes with --to {' or '.join(owners)}, not with --to {target}. "
                "Nothing was exported. Leave it out."
            )
    return said


def _word(option: Option) -> str:
    return "--" + option.name.replace("_", "-")


def _parsed(option: Option) -> Callable[[str], Any]:
    def parse(words: str) -> Any:
        try:
            return option.parse(words)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from error

    return parse
