"""Labels as people write them: several classes in one cell, spaces around names, the same name in other capitals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from engine.task import Kind
from labeling.errors import ImportRefused
from labeling.file_names import composed

if TYPE_CHECKING:
    import polars as pl

JOINED_BY = ";"
MAX_CLASSES = 1000
SHORTEST_MERGED = 2
SHOWN = 3


def parts_of(cells: pl.Series) -> pl.Series:
    """Return the class names that each cell joins by ``;``, List(String); a cell of nothing gives none."""
    import polars as pl

    each = pl.element().str.strip_chars()
    split = cells.fill_null("").str.split(JOINED_BY)
    return split.list.eval(each.filter(each.str.len_chars() > 0)).list.unique(maintain_order=True)


def joins_several(cells: pl.Series) -> bool:
    """Return whether any cell names several classes."""
    joined = cells.drop_nulls()
    joined = joined.filter(joined.str.contains(JOINED_BY, literal=True))
    return bool(len(joined)) and bool((parts_of(joined).list.len() > 1).any())


def as_labels(cells: Sequence[str | None], kind: Kind, name: str) -> pl.Series:
    """Return cells as labels of ``kind``; null has no label, an empty cell no class.

    Raises:
        ImportRefused: numbers are wanted, and hardly any cell is one.
    """
    import polars as pl

    given = pl.Series("label", cells, dtype=pl.String).str.strip_chars()
    if kind is Kind.MULTILABEL:
        return pl.select(pl.when(given.is_null()).then(None).otherwise(parts_of(given))).to_series().alias("label")
    filled = given.set(given == "", None) if (given == "").any() else given
    if kind is Kind.MULTICLASS:
        return filled
    numbers = filled.cast(pl.Float64, strict=False)
    numbers = numbers.set(~numbers.is_finite(), None)
    if not numbers.count() or 2 * numbers.count() < filled.count():
        raise ImportRefused(f"{name} hold words, not numbers. Sort by them instead.")
    return numbers


def names_of(labels: pl.Series) -> pl.Series:
    """Return every class name in ``labels`` as often as it stands there, String."""
    import polars as pl

    flat = labels.explode() if labels.dtype == pl.List(pl.String) else labels
    return flat.drop_nulls()


def classes_of(labels: pl.Series) -> tuple[str, ...]:
    """Return the class names in sorted order; none for numbers."""
    if labels.dtype.is_float():
        return ()
    return tuple(sorted(map(str, names_of(labels).unique().to_list())))


def without_names(frame: pl.DataFrame, names: Collection[str]) -> tuple[pl.DataFrame, int]:
    """Return samples, whose labels are lists, without some names; samples that had no other go, and how many these are.

    What shows none of the classes that stay cannot be told from what shows one that is called otherwise.
    """
    import polars as pl

    others = pl.element().filter(~pl.element().is_in(list(names)))
    left = frame.with_columns(pl.col("label").list.eval(others))
    bare = (frame["label"].list.len() > 0) & (left["label"].list.len() == 0)
    return left.filter(~bare), int(bare.sum())


def spellings(labels: pl.Series) -> dict[str, str]:
    """Return which names differ from another in capitals, or in how accents are stored, alone: each with the commonest.

    Single letters stay apart: a set of handwriting has both.
    """
    if labels.dtype.is_float():
        return {}
    found = names_of(labels).value_counts()
    times = dict(found.iter_rows())
    alike: dict[str, list[str]] = defaultdict(list)
    for name in times:
        alike[folded(name)].append(name)
    merged: dict[str, str] = {}
    for names in alike.values():
        common = max(sorted(names), key=lambda name: times[name])
        merged |= {name: common for name in names if name != common}
    return merged


def respelled(labels: pl.Series, merged: dict[str, str]) -> pl.Series:
    """Return labels with the spellings of :func:`spellings`."""
    import polars as pl

    if not merged:
        return labels
    if labels.dtype == pl.List(pl.String):
        return labels.list.eval(pl.element().replace(merged)).list.unique(maintain_order=True)
    return labels.replace(merged)


def folded(name: str) -> str:
    """Return what names that are spelled otherwise have in common; capitals count where it is a single letter."""
    plain = composed(name)
    return composed(plain.casefold()) if len(plain) >= SHORTEST_MERGED else plain


def joinable(name: str) -> str:
    """Return the name of a class as it can be joined with others."""
    return name.replace(JOINED_BY, ",")


def same_spelling(name: str) -> str:
    """Return what names have in common that are one class: capitals do not count, nor ``;`` or ``,`` in them."""
    return folded(joinable(name))


def called(marked: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """Return how a label calls the classes of its sample's marks that it spells otherwise.

    Earlier versions merged spellings in labels alone, so that a project may hold marks of “Person” under “person”.
    """
    given = dict.fromkeys(names)
    spelled = {same_spelling(name): name for name in given}
    others = {name: spelled.get(same_spelling(name)) for name in marked if name not in given}
    return {name: other for name, other in others.items() if other is not None}


def told(merged: dict[str, str]) -> list[str]:
    """Return a sentence about names that were taken for one, where one can see that they differ."""
    seen = {name: common for name, common in merged.items() if composed(name) != composed(common)}
    if not seen:
        return []
    pairs = [f"“{name}” as “{common}”" for name, common in sorted(seen.items())]
    more = f" and {len(pairs) - SHOWN} more" if len(pairs) > SHOWN else ""
    return [
        f"Names that differ in capitals alone were taken as one class: {', '.join(pairs[:SHOWN])}{more}. "
        "Rename one of them if they are two classes."
    ]


def check_number(number: int, where: str, column: bool = False) -> None:
    """Refuse more classes than can be told apart; ``column``: they stand in one, instead of which another may do.

    Raises:
        ImportRefused: there are too many.
    """
    if number > MAX_CLASSES:
        remedy = "Choose another column to predict, or join classes that belong together."
        raise ImportRefused(
            f"{where} {number:,} different values; at most {MAX_CLASSES:,} classes can be told apart. "
            + (remedy if column else "Join classes that belong together, or take in fewer of them.")
        )
