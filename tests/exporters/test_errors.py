"""The tree of errors is the one its description draws."""

from __future__ import annotations

import re

from exporters import errors


def test_the_drawn_tree_is_the_real_one() -> None:
    real = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert errors.__doc__ is not None
    drawn = set(re.findall(r"^(?:├── |└── )?([A-Z]\w+)(?:  |$)", errors.__doc__, flags=re.MULTILINE))
    assert drawn == real


def test_all_can_be_caught_as_one() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert all(issubclass(kind, errors.ExportError) for kind in kinds)
