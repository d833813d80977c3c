"""What the columns of a table mean: numbers, dates or categories, and which are better left out.

Cells that say "missing" in one of the usual ways are missing everywhere. The same conversion serves learning and
predicting: it depends on the column's type and on how the file writes decimals, never on what else is in the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from engine.dates import FIRST_FORMAT
from engine.separated import BEFORE_DECIMALS, MISSING
from engine.task import Column, ColumnType
from engine.wording import first_of
from labeling.classes import JOINED_BY, joins_several, parts_of
from labeling.tables.dates import MOSTLY_SHARE, READABLE_SHARE, TIME_FORMAT, moments, pattern_of
from labeling.tables.together import can_keep_together, learned_from
from labeling.understanding import LeftOut, count

UNIQUE_SHARE = 0.5
FEW_ROWS = 20
FEW_WORDS = 10
FREE_TEXT_WORDS = 3.5
FREE_TEXT_ROWS = 5
CHARACTERS_A_WORD = 2
UNSEGMENTED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
CHOSEN = "you left it out"
TOO_MANY_VALUES = "almost every row has another value"
DAYS_A_MICROSECOND = 1.0 / 86_400_000_000
ID_NAME = re.compile(r"(^|[\W_])(id|uuid|guid|key|nr|no|number|index|idx)$|[a-z]I[dD]$|^ID|^P?ID$|^id[\W_]")
INFINITE = r"^(?i)[+-]?inf(inity)?$"
HELD = {ColumnType.NUMBER: "numbers", ColumnType.DATE: "dates"}
NESTED = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object)
WORDS = (pl.String, pl.Categorical, pl.Enum)
NO_NUMBERS = (pl.Boolean, pl.Categorical, pl.Enum)  # what a file calls so is learned as categories


@dataclass(frozen=True, slots=True)
class Facts:
    """What was counted in a column.

    Attributes:
        name: the column's name.
        rows: rows looked at.
        present: cells that are not missing; of a column of numbers, infinite ones are.
        distinct: different values among them.
        numbers: cells that are finite numbers.
        whole: whether all numbers are integers.
        low: smallest number.
        high: largest number.
        words: mean number of words in a cell; in scripts without spaces two characters count as one.
        date_format: the pattern that nearly all cells follow, if there is one; of cells that are no text, the one
            that they would be written by.
        dates: cells that follow it.
        nested: whether a cell holds a list or a structure.
        others: different cells that are no numbers, about; 0 in a column of numbers.
        parts: different values that cells join by ``;`` or hold in lists; 0 where each cell is one value.
        decimal_comma: whether a comma in its numbers stands before decimals.
        drawn_from: how many rows the table has, where those looked at were drawn from it.
    """

    name: str
    rows: int
    present: int
    distinct: int
    numbers: int = 0
    whole: bool = False
    low: float = 0.0
    high: float = 0.0
    words: float = 0.0
    date_format: str | None = None
    dates: int = 0
    nested: bool = False
    parts: int = 0
    others: int = 0
    decimal_comma: bool = False
    drawn_from: int = 0

    @property
    def numeric(self) -> bool:
        """Whether it is a column of numbers, give or take a few unreadable cells."""
        return self.numbers > 0 and self.numbers >= READABLE_SHARE * self.present

    @property
    def mostly_numeric(self) -> bool:
        """Whether it holds numbers, and too many of a few other words to be called a column of numbers."""
        few = 0 < self.others <= FEW_WORDS
        return not self.numeric and few and self.numbers >= MOSTLY_SHARE * self.present

    @property
    def free_text(self) -> bool:
        """Whether people wrote it: several words a cell, and hardly any cell like another."""
        if self.nested or self.parts or self.numeric or self.date_format is not None or self.rows < FREE_TEXT_ROWS:
            return False
        return self.words >= FREE_TEXT_WORDS and self.distinct > UNIQUE_SHARE * self.present


def text(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as trimmed text, missing cells as null."""
    column = pl.col(name)
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false"))
    if dtype.is_float():
        whole = column.is_finite() & (column == column.floor()) & (column.abs() < 2**53)
        plain = (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
        return pl.when(column.is_nan()).then(None).otherwise(plain)
    words = column.cast(pl.String)
    if dtype not in WORDS:
        return words
    trimmed = words.str.strip_chars()
    return pl.when(trimmed.is_in(MISSING)).then(None).otherwise(trimmed)


def number(name: str, dtype: pl.DataType, decimal_comma: bool | None, commas: bool = True) -> pl.Expr:
    """Return a column as finite numbers, everything else as null; without ``commas`` no cell is looked at for one."""
    if dtype.is_temporal():
        return date(name, dtype, None)
    if dtype.is_numeric() or dtype == pl.Boolean:
        value = pl.col(name).cast(pl.Float64, strict=False)
    elif dtype not in WORDS:
        return pl.lit(None, dtype=pl.Float64)
    else:
        cells = pl.col(name).cast(pl.String).str.strip_chars()
        value = _number_of_text(cells, bool(decimal_comma)) if commas else cells.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value).otherwise(None)


def date(name: str, dtype: pl.DataType, pattern: str | None) -> pl.Expr:
    """Return a column as days since 1970-01-01; what does not follow the pattern as null."""
    if dtype in WORDS:
        microseconds = moments(pl.col(name).cast(pl.String).str.strip_chars(), pattern or FIRST_FORMAT)
    elif dtype.is_temporal() and dtype not in (pl.Time, pl.Duration):
        microseconds = pl.col(name).cast(pl.Datetime("us")).cast(pl.Int64)
    else:
        return pl.col(name).cast(pl.Float64, strict=False)
    # a product, as a quotient is rounded in another way where there is one row alone
    return microseconds.cast(pl.Float64) * DAYS_A_MICROSECOND


def with_commas(frame: pl.DataFrame) -> frozenset[str]:
    """Return the text columns of which a cell has a comma: to look for one in thousands of columns takes seconds."""
    found = frame.select(pl.col(pl.String).str.contains(",", literal=True).any())
    return frozenset(name for name in found.columns if found.item(0, name))


def converted(column: Column, dtype: pl.DataType, decimal_comma: bool | None, commas: bool = True) -> pl.Expr:
    """Return a column as the model reads it: Float64 for numbers and dates, String for categories and texts.

    Where the table does not tell what a comma in its numbers means, it means what it did when the column was chosen.
    """
    if column.type is ColumnType.NUMBER:
        comma = column.format == BEFORE_DECIMALS if decimal_comma is None else decimal_comma
        return number(column.name, dtype, comma, commas)
    if column.type is ColumnType.DATE:
        return date(column.name, dtype, column.format or FIRST_FORMAT)
    return text(column.name, dtype)


def dtype_of(column: Column) -> pl.DataType:
    """Return the type of the cells that :func:`converted` gives."""
    return pl.Float64() if column.type in (ColumnType.NUMBER, ColumnType.DATE) else pl.String()


def facts(frame: pl.DataFrame, decimal_comma: bool | None, drawn_from: int = 0) -> list[Facts]:
    """Count what :func:`sort_out` and the guess of the target need, for every column.

    Args:
        frame: rows of a table.
        decimal_comma: whether a comma in its numbers stands before decimals; None where nothing tells.
        drawn_from: how many rows the table has, if these were drawn from it.
    """
    nested = [name for name, dtype in frame.schema.items() if isinstance(dtype, NESTED)]
    flat = {name: dtype for name, dtype in frame.schema.items() if name not in nested}
    texts = frame.select([text(name, dtype).alias(name) for name, dtype in flat.items()])
    commas = with_commas(frame)
    none = pl.lit(None, dtype=pl.Float64)
    numbers = frame.select(
        (none if dtype in NO_NUMBERS else number(name, dtype, decimal_comma, name in commas)).alias(name)
        for name, dtype in flat.items()
    )
    found = []
    for name in frame.columns:
        if name in nested:
            found.append(_nested_facts(name, frame[name]))
        else:
            counted = _facts(name, _known(texts[name]), _known(numbers[name]), frame[name])
            found.append(replace(counted, decimal_comma=bool(decimal_comma) and name in commas, drawn_from=drawn_from))
    return found


def _known(cells: pl.Series) -> pl.Series:
    """Return what is not missing, where nothing is without asking polars, to which each question is a new plan."""
    return cells.drop_nulls() if cells.null_count() else cells


def sort_out(
    found: list[Facts], kept: Collection[str] = (), types: Mapping[str, ColumnType | None] | None = None
) -> tuple[list[Column], list[LeftOut]]:
    """Say of each column how it is read, or why it is left out unless it is one of ``kept``.

    Words that differ in almost every row are read as texts where there is nothing else to learn from, and as numbers
    where most of them are some. The ``types`` that somebody chose go before all that, None to leave a column out.
    """
    types = types or {}
    columns: list[Column] = []
    left_out: list[LeftOut] = []
    for fact in found:
        final = final_reason_against(fact)
        reason = final or reason_against(fact)
        if fact.name in types and final is None:
            chosen = types[fact.name]
            if chosen is None:
                left_out.append(LeftOut(fact.name, CHOSEN))
            else:
                columns.append(_column(fact, chosen))
        elif reason == TOO_MANY_VALUES and fact.mostly_numeric:
            columns.append(_column(fact, ColumnType.NUMBER))
        elif reason is None or (fact.name in kept and final is None):
            type_ = ColumnType.TEXT if reason == TOO_MANY_VALUES else type_of(fact)
            columns.append(_column(fact, type_))
        else:
            left_out.append(LeftOut(fact.name, reason, final=final is not None))
    if not learned_from(columns):
        columns += [Column(left.name, ColumnType.TEXT) for left in left_out if left.reason == TOO_MANY_VALUES]
        left_out = [left for left in left_out if left.reason != TOO_MANY_VALUES]
    return columns, left_out


def _column(fact: Facts, type_: ColumnType) -> Column:
    if type_ is ColumnType.NUMBER:
        return Column(fact.name, type_, BEFORE_DECIMALS if fact.decimal_comma else "")
    return Column(fact.name, type_, fact.date_format or "")


def types_for(fact: Facts) -> tuple[ColumnType, ...]:
    """Return how a column can be read, as it looks first; as numbers and dates only where there are some."""
    if final_reason_against(fact) is not None:
        return ()
    usual = ColumnType.TEXT if reason_against(fact) == TOO_MANY_VALUES else type_of(fact)
    others = [ColumnType.CATEGORY, ColumnType.TEXT]
    if fact.numbers:
        others.append(ColumnType.NUMBER)
    if fact.date_format is not None:
        others.append(ColumnType.DATE)
    if can_keep_together(fact):
        others.append(ColumnType.GROUP)
    return (usual, *(type_ for type_ in others if type_ is not usual))


def unread(found: list[Facts], columns: list[Column]) -> list[str]:
    """Return a sentence for each column that is read as numbers or dates although some of its cells are none."""
    by_name = {fact.name: fact for fact in found}
    sentences = []
    for column in columns:
        if column.type in HELD:
            fact = by_name[column.name]
            lost = fact.present - (fact.dates if column.type is ColumnType.DATE else fact.numbers)
            cells = count(lost, "other cell")
            sentences += [f"“{column.name}” is read as {HELD[column.type]}; {cells} counted as missing."] * bool(lost)
    return first_of(sentences)


def type_of(fact: Facts) -> ColumnType:
    """Return how a column that can be learned from is read."""
    if fact.date_format is not None:
        return ColumnType.DATE
    if fact.numeric:
        return ColumnType.NUMBER
    return ColumnType.TEXT if fact.free_text else ColumnType.CATEGORY


def final_reason_against(fact: Facts) -> str | None:
    """Return why there is nothing in a column that could be read or compared, or None."""
    if fact.nested:
        return "it holds lists or structures"
    if not fact.present:
        return "all its values are missing"
    if fact.distinct == 1 and fact.present == fact.rows:
        return "all its values are the same"
    return None


def reason_against(fact: Facts) -> str | None:
    """Return why a column says nothing that can be learned, as far as can be seen, or None."""
    final = final_reason_against(fact)
    if final is not None:
        return final
    if fact.date_format is not None or fact.free_text:
        return None
    if fact.numeric:
        return _reason_against_numbers(fact)
    if fact.rows >= FEW_ROWS and fact.distinct > UNIQUE_SHARE * fact.rows:
        return TOO_MANY_VALUES
    return None


def _reason_against_numbers(fact: Facts) -> str | None:
    if not fact.whole or fact.distinct < fact.rows or fact.rows < FEW_ROWS:
        return None
    if ID_NAME.search(fact.name) or fact.high - fact.low < 2 * max(fact.rows, fact.drawn_from):
        return "it only numbers the rows"
    return None


def _facts(name: str, texts: pl.Series, numbers: pl.Series, original: pl.Series) -> Facts:
    known = texts.len()
    if 0 < numbers.len() < known:
        known -= int(texts.str.contains(INFINITE).sum())
    if numbers.len() > 0 and numbers.len() >= READABLE_SHARE * known:
        values = numbers.to_numpy()  # an operation of polars costs a millisecond, whatever the size
        whole = bool((values == np.floor(values)).all())
        low, high = float(values.min()), float(values.max())
        temporal = original.dtype.is_temporal()
        pattern = (FIRST_FORMAT if whole else TIME_FORMAT) if temporal else None
        return Facts(
            name, original.len(), known, numbers.n_unique(), numbers.len(), whole, low, high,
            date_format=pattern, dates=known if temporal else 0,
        )  # fmt: skip
    words = _words(texts.head(1000))
    pattern, dates = pattern_of(texts)
    return Facts(
        name, original.len(), texts.len(), texts.n_unique(), numbers.len(), words=words,
        date_format=pattern, dates=dates, parts=_parts(texts, words), others=texts.n_unique() - numbers.n_unique(),
    )  # fmt: skip


def _nested_facts(name: str, cells: pl.Series) -> Facts:
    plain = cells.dtype in (pl.List(pl.String), pl.List(pl.Int64))
    parts = cells.drop_nulls().explode().drop_nulls().n_unique() if plain else 0
    present = cells.len() - cells.null_count()
    distinct = cells.cast(pl.List(pl.String)).list.join(JOINED_BY).n_unique() if plain else present
    return Facts(name, cells.len(), present, distinct, nested=True, parts=parts)


def _parts(cells: pl.Series, words: float) -> int:
    """Return how many different values cells join by ``;``; 0 where none does, or where they are sentences."""
    if not joins_several(cells):
        return 0
    joined = parts_of(cells).explode().drop_nulls()
    repeated = 2 * joined.n_unique() <= len(joined)
    return joined.n_unique() if repeated or words < FREE_TEXT_WORDS else 0


def _words(cells: pl.Series) -> float:
    """Return the mean number of words in a cell."""
    spaced = cells.str.count_matches(rf"[^\s{UNSEGMENTED}]+")
    unspaced = cells.str.count_matches(f"[{UNSEGMENTED}]")
    return float((spaced + unspaced / CHARACTERS_A_WORD).mean() or 0.0)  # type: ignore[arg-type]


def same_but_for_commas(cells: pl.Series, there: pl.Series, now: pl.Series) -> bool:
    """Return whether two readings of cells as numbers differ only in what commas were taken to mean."""
    frame = pl.DataFrame({"cell": cells, "there": there, "now": now})
    then = pl.col("there")
    stripped = pl.col("cell").str.strip_chars()
    comma = stripped.str.contains(",", literal=True).fill_null(False)
    thousands = stripped.str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)
    without_dots = stripped.str.replace_all(".", "", literal=True)
    decimals = without_dots.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    read = then.is_null() | (then == thousands).fill_null(False) | (then == decimals).fill_null(False)
    return bool(frame.select((then.eq_missing(pl.col("now")) | (comma & read)).all()).item())


def _number_of_text(cells: pl.Expr, decimal_comma: bool) -> pl.Expr:
    plain = cells.cast(pl.Float64, strict=False)
    if decimal_comma:
        grouped = cells.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        pattern = r"^[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+([eE][+-]?\d+)?$"
    else:
        grouped = cells.str.replace_all(",", "", literal=True)
        pattern = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
    return (
        pl.when(cells.str.contains(",", literal=True) & cells.str.contains(pattern))
        .then(grouped.cast(pl.Float64, strict=False))
        .otherwise(plain)
    )
