"""Dates that are written as text: which of the usual patterns a column follows, and the moments it tells."""

from __future__ import annotations

import polars as pl

from engine.dates import EARLIEST_YEAR, FIRST_FORMAT, LATEST_YEAR, behind

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"  # how text is expected to write moments that had a type of their own
DATE_FORMATS = (
    FIRST_FORMAT,
    TIME_FORMAT,
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
)
READABLE_SHARE = 0.99
MOSTLY_SHARE = 0.5
FIRST_CELLS = 200
LEAST_DIGITS = 3
SECOND = 1_000_000  # microseconds


def months_first(pattern: str) -> bool:
    """Return whether a pattern of dates, or the first one, has months before days.

    >>> months_first("%d/%m/%Y"), months_first("")
    (False, True)
    """
    said = pattern or FIRST_FORMAT
    return said.index("%m") < said.index("%d")


def moments(cells: pl.Expr, pattern: str) -> pl.Expr:
    """Return trimmed text as microseconds since 1970-01-01 in UTC, Int64; null where it does not follow the pattern.

    Behind a time may stand fractions of its seconds, and a zone: without one it is taken to be in UTC.
    """
    rest = behind(pattern)
    if not rest:
        return _moments(cells, pattern)
    said = cells.str.extract_groups(f"{rest}$").struct
    minutes = 60 * said.field("hours").cast(pl.Int64) + said.field("minutes").cast(pl.Int64).fill_null(0)
    ahead = pl.when(said.field("sign") == "-").then(-minutes).otherwise(minutes).fill_null(0)
    time = _moments(cells.str.replace(f"{rest}$", ""), pattern) - 60 * SECOND * ahead
    if not pattern.endswith("%S"):
        return time
    fraction = said.field("fraction").str.pad_end(6, "0").str.slice(0, 6)
    return time + fraction.cast(pl.Int64).fill_null(0)


def _moments(cells: pl.Expr, pattern: str) -> pl.Expr:
    time = cells.str.strptime(pl.Datetime("us"), pattern, strict=False)
    return pl.when(time.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)).then(time.cast(pl.Int64))


def pattern_of(cells: pl.Series) -> tuple[str | None, int]:
    """Return the pattern of dates that nearly all cells follow, and how many do; a few are tried before the many.

    The cells are trimmed text, of which none is missing. Of several patterns it is the one that reads most.
    """
    first = cells.head(FIRST_CELLS)
    if (first.str.count_matches(r"\d") >= LEAST_DIGITS).sum() < max(1, MOSTLY_SHARE * first.len()):
        return None, 0
    likely = [pattern for pattern in DATE_FORMATS if dates_in(first, pattern) >= MOSTLY_SHARE * first.len()]
    best, most = None, 0
    for pattern in likely:
        read = dates_in(cells, pattern)
        if read > most:
            best, most = pattern, read
        if most == cells.len():
            break
    return (best, most) if most >= READABLE_SHARE * cells.len() else (None, 0)


def dates_in(cells: pl.Series, pattern: str) -> int:
    """Return how many cells are dates of a pattern."""
    return int(cells.to_frame("cell").select(moments(pl.col("cell"), pattern)).to_series().count())


def follows(cells: pl.Series, pattern: str) -> bool:
    """Return whether nearly all cells, of which none is missing, are dates of a pattern, and no other reads more."""
    read = dates_in(cells, pattern)
    if read == cells.len() or read < READABLE_SHARE * cells.len():
        return read == cells.len()
    return all(dates_in(cells, other) <= read for other in DATE_FORMATS)
