"""The column of a table whose rows of one value stay together: those of one patient, say, are never on two sides.

A model that has seen some rows of a patient knows the others; were these in the test, it would seem to know patients
whom it never saw.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.task import Column, ColumnType

if TYPE_CHECKING:
    from labeling.tables.columns import Facts

KEEPS_TOGETHER = "keeps rows together"
WHOSE_NAME = re.compile(
    r"(^|[\W_])(?i:id|uuid|guid|patient|subject|user|customer|client|person|participant|student|speaker|animal|device)$"
    r"|[a-z]I[dD]$"
)
FEWEST_VALUES = 10
ROWS_A_VALUE = 1.1


def learned_from(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns but the one that keeps rows together."""
    return tuple(column for column in columns if column.type is not ColumnType.GROUP)


def together_by(columns: Iterable[Column]) -> str | None:
    """Return the name of the column that keeps rows together, if there is one."""
    return next((column.name for column in columns if column.type is ColumnType.GROUP), None)


def can_keep_together(fact: Facts) -> bool:
    """Return whether some rows of a column have the same value, and others another one."""
    return not fact.nested and 1 < fact.distinct < fact.present


def hint(found: Sequence[Facts]) -> list[str]:
    """Return a sentence about the first column that, by its name and its values, says whose rows are whose."""
    for fact in found:
        repeats = fact.distinct >= FEWEST_VALUES and fact.present >= ROWS_A_VALUE * fact.distinct
        if repeats and can_keep_together(fact) and WHOSE_NAME.search(fact.name):
            return [
                f"Several rows have the same “{fact.name}”. If the model will be asked about new ones, choose "
                f"“{KEEPS_TOGETHER}” for it under Columns (on a command line: --group {shlex.quote(fact.name)}); else "
                "the score looks better than it is."
            ]
    return []
