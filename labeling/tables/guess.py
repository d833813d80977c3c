"""Guess which column of a table is to be predicted, and whether it is a class or a number."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.task import Kind
from labeling.classes import MAX_CLASSES
from labeling.tables.columns import Facts, reason_against

FEW_VALUES = 20
ROWS_PER_VALUE = 5
ROWS_PER_CLASS = 2  # where the name of the column says that its numbers are classes
CLASS_NAME = re.compile(
    r"(?i)(^|[\W_])(labels?|class(es)?|categor(y|ies)|species|types?|diagnosis)([\W_]?id)?$"
)  # as in fine_label or class id; what is called target, y, score or price may well be a number
TARGET_NAMES = (
    "target", "label", "labels", "class", "classes", "y", "outcome", "survived", "income", "saleprice", "price",
    "species", "diagnosis", "churn", "churned", "exited", "default", "fraud", "isfraud", "converted", "response",
    "result", "output", "quality", "category", "salary", "sentiment", "rating", "score",
)  # fmt: skip
PLAIN_TARGET_NAMES = TARGET_NAMES[:7]
TARGET_ENDINGS = ("target", "label", "class", "outcome")


def can_be_target(fact: Facts) -> bool:
    """Return whether a column has values that can be told from the others."""
    if fact.parts:
        return fact.distinct > 1 and fact.parts <= MAX_CLASSES
    if fact.nested or fact.free_text or fact.date_format is not None or fact.distinct < 2:
        return False
    return reason_against(fact) is None and (fact.numeric or fact.distinct <= MAX_CLASSES)


def has_too_many_classes(fact: Facts) -> bool:
    """Return whether a column of words has more different ones than can be told apart."""
    return not fact.numeric and (not fact.nested or fact.parts > 0) and (fact.parts or fact.distinct) > MAX_CLASSES


def constant_target(found: list[Facts]) -> str | None:
    """Return the column that is named as the target but has one value only, or none at all, if there is one."""
    plain = {_plain(fact.name): fact for fact in reversed(found)}
    named = next((plain[name] for name in PLAIN_TARGET_NAMES if name in plain), None)
    return named.name if named is not None and named.distinct <= 1 else None


def guess_target(found: list[Facts]) -> str | None:
    """Return the likeliest column: by its name, else the last one that can be a target."""
    usable = [fact.name for fact in found if can_be_target(fact)]
    plain = {_plain(name): name for name in reversed(usable)}
    for wanted in TARGET_NAMES:
        if wanted in plain:
            return plain[wanted]
    for name in reversed(usable):
        if name.lower().endswith(TARGET_ENDINGS):
            return name
    return usable[-1] if usable else None


def passed_over(found: list[Facts], chosen: str | None) -> Facts | None:
    """Return the column that is named as the target, where another was ``chosen``, or none, as it cannot be one.

    Where the chosen one is named as a target too, nobody need miss it.
    """
    if chosen is not None and _plain(chosen) in TARGET_NAMES:
        return None
    named = next((fact for fact in found if _plain(fact.name) in PLAIN_TARGET_NAMES), None)
    return None if named is None or named.name == chosen or can_be_target(named) else named


def why_passed_over(named: Facts, chosen: str | None) -> str:
    """Return why the column that is named as the target was passed over, and what was chosen instead."""
    many = f"it has {named.parts or named.distinct:,} different values"
    reason = many if has_too_many_classes(named) else reason_against(named) or many
    instead = f"; “{chosen}” was chosen instead." if chosen else ". Choose another column to predict."
    return f"“{named.name}” cannot be predicted, since {reason}{instead}"


def guess_kind(fact: Facts) -> Kind:
    """Return ``multilabel`` where cells join several values, else what the single values are.

    Words are ``multiclass``, and so are whole numbers of few values, or of values that repeat in a column whose name
    says that it holds classes; other numbers are ``regression``.
    """
    if fact.parts:
        return Kind.MULTILABEL
    if not fact.numeric or fact.distinct == 2:
        return Kind.MULTICLASS
    few = fact.distinct <= FEW_VALUES and fact.distinct * ROWS_PER_VALUE <= fact.present
    return Kind.MULTICLASS if fact.whole and (few or _are_class_ids(fact)) else Kind.REGRESSION


def _are_class_ids(fact: Facts) -> bool:
    """Return whether whole numbers of many values number classes from 0 or 1 on, in a column that is named so."""
    repeat = fact.distinct <= MAX_CLASSES and fact.distinct * ROWS_PER_CLASS <= fact.present
    numbered = fact.low in (0.0, 1.0) and fact.high - fact.low < 2 * fact.distinct
    return repeat and numbered and CLASS_NAME.search(fact.name) is not None


def taken_for_classes(fact: Facts) -> list[str]:
    """Return a sentence where numbers are taken for classes because of their column's name alone."""
    if fact.parts or not fact.numeric or guess_kind(replace(fact, name="")) is not Kind.REGRESSION:
        return []
    return [
        f"The whole numbers in “{fact.name}” were taken for {fact.distinct:,} classes, as the column is called so. If "
        "they are amounts, predict the number instead (--as number on the command line)."
    ]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())
