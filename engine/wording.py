"""Plain words for numbers: the one place where a share, a duration or a count becomes text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.dates import date_words
from engine.task import Column, ColumnType, Modality

NOUNS = {Modality.IMAGE: "photo", Modality.AUDIO: "sound", Modality.TEXT: "text", Modality.TABLE: "row"}
_LONGEST_EXAMPLE = 40
_MOST_SENTENCES = 10


def count(number: int) -> str:
    """Return a whole number with thousands apart.

    >>> count(32561)
    '32,561'
    """
    return f"{number:,}"


def things(modality: Modality, number: int) -> str:
    """Return how many samples, named as the person names them.

    >>> things(Modality.IMAGE, 1)
    '1 photo'
    """
    return f"{count(number)} {NOUNS[modality]}{'' if number == 1 else 's'}"


def noun(modality: Modality) -> str:
    """Return the plural that a person uses for samples of this modality."""
    return f"{NOUNS[modality]}s"


def of_100(share: float) -> str:
    """Return a share as a whole number of 100; only a perfect share says 100, only an empty one says 0.

    >>> of_100(0.998), of_100(1.0), of_100(0.001)
    ('99', '100', '1')
    """
    if share <= 0:
        return "0"
    if share >= 1:
        return "100"
    return str(min(99, max(1, round(share * 100))))


def amount(value: float, digits: int = 3) -> str:
    """Return a measured number with ``digits`` significant digits, never in scientific form below a million million.

    >>> amount(18231.2), amount(0.04567), amount(0), amount(-2.5)
    ('18,200', '0.0457', '0', '-2.5')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "unknown"
    if abs(value) >= 1e12 or abs(value) < 1e-6:
        return f"{value:.{digits - 1}e}"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, decimals):,.{max(0, decimals)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def duration(seconds: float) -> str:
    """Return a duration in at most two units.

    >>> duration(42), duration(61), duration(600), duration(3660), duration(7200)
    ('42 s', '1 min 1 s', '10 min', '1 h 1 min', '2 h')
    """
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _two(whole // 60, "min", whole % 60, "s")
    minutes = round(whole / 60)
    return _two(minutes // 60, "h", minutes % 60, "min")


def size(bytes_: int) -> str:
    """Return a file size.

    >>> size(17_400_000), size(2300)
    ('17.4 MB', '2.3 kB')
    """
    value = float(bytes_)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{amount(value)} {unit}"
        value /= 1000
    return f"{amount(value)} GB"


def capital(words: str) -> str:
    """Return words that begin a line.

    >>> capital("by name, Z to A")
    'By name, Z to A'
    """
    return words[:1].upper() + words[1:]


def listing(names: list[str], most: int = 3) -> str:
    """Return names joined as in a sentence, the rest counted.

    >>> listing(["bolt", "nut", "washer"]), listing(["a", "b", "c", "d", "e"])
    ('bolt, nut and washer', 'a, b, c and 2 more')
    """
    if len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def unread(lost: Sequence[tuple[Column, int, str]], rows: int) -> list[str]:
    """Say of columns of numbers or dates in how many cells they hold something else, and what, as an example.

    >>> unread([(Column("age", ColumnType.NUMBER), 2, "old")], 1200)
    ['“age” takes numbers; in 2 of 1,200 rows it holds something else, like “old”, which counts as missing.']
    """
    return first_of([_unread(*one, rows) for one in lost])


def first_of(sentences: list[str]) -> list[str]:
    """Return the first sentences about columns, the rest counted.

    >>> first_of([f"“{name}” is empty." for name in "abcdefghijkl"])[9:]
    ['“j” is empty.', 'So it is with 2 more.']
    """
    more = len(sentences) - _MOST_SENTENCES
    return [*sentences[:_MOST_SENTENCES], f"So it is with {count(more)} more."] if more > 0 else sentences


def _unread(column: Column, cells: int, example: str, rows: int) -> str:
    takes = f"dates written as {date_words(column.format)}" if column.type is ColumnType.DATE else "numbers"
    words = " ".join(example.split())
    shown = words if len(words) <= _LONGEST_EXAMPLE else f"{words[:_LONGEST_EXAMPLE]}…"
    where = f"{count(cells)} of {things(Modality.TABLE, rows)}"
    return (
        f"“{column.name}” takes {takes}; in {where} it holds something else, like “{shown}”, which counts as missing."
    )


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"
