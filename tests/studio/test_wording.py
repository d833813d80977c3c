from __future__ import annotations

import doctest

from studio import wording


def test_the_examples_hold() -> None:
    found = doctest.testmod(wording)

    assert found.attempted > 0
    assert found.failed == 0


def test_long_ago_is_told_coarsely() -> None:
    assert wording.ago(45) == "40 s ago"
    assert wording.ago(2 * 3600) == "2 h ago"
