"""The one best thing to do next while labelling, as a sentence."""

from __future__ import annotations

from engine.task import Kind
from labeling.understanding import without_label
from studio.keys.keymap import key_of_action
from studio.library import Library

GOOD_PER_CLASS = 20


def few_classes(library: Library) -> bool:
    """Tell whether there are not yet classes enough to learn: two, or one where a sample may lack it."""
    least = {Kind.REGRESSION: 0, Kind.MULTILABEL: 1}.get(library.listing.kind or Kind.MULTICLASS, 2)
    return len(library.class_names) < least


def weak_class(library: Library) -> tuple[str, int] | None:
    """Return the class with fewest samples, and how many are missing, if more of it can still be labelled."""
    counts = library.counts()
    left = len(library.listing) - library.labelled
    if library.listing.kind is Kind.REGRESSION or len(counts) < 2 or not left:
        return None
    name = min(counts, key=lambda key: counts[key])
    missing = min(GOOD_PER_CLASS - counts[name], left)
    return (name, missing) if missing > 0 else None


def advice(library: Library, suggested: bool, many: bool) -> str:
    """Return what to do next; ``suggested`` for the sample shown, ``many`` in the grid."""
    if few_classes(library) and library.listing.kind is Kind.MULTILABEL:
        return "Name the classes that a sample can have."
    if few_classes(library):
        return "Name at least two classes that you want to tell apart."
    if many:
        accept, all_in_sight = key_of_action("label.accept"), key_of_action("label.accept_visible")
        return f"{accept} accepts the tiles you chose, {all_in_sight} all in sight, a class key corrects them."
    if suggested:
        accept, grid = key_of_action("label.accept"), key_of_action("label.grid")
        return f"{accept} accepts what is suggested, a class key corrects it, {grid} shows many at once."
    weak = weak_class(library)
    if weak is not None:
        name, missing = weak
        return f"Label {missing} more “{name}”: it is the weakest class."
    left = len(library.listing) - library.labelled
    if left and not library.labelled:
        return "Give some of the samples a label: press the key beside a class."
    return f"{without_label(left)} yet. You can train at any time." if left else "Every sample has a label."
