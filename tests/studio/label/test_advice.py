"""The one best thing to do next, in a sentence that names the keys of now."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from engine.task import Kind, Modality
from labeling.project import ClassInfo
from studio.actions import find
from studio.background import Background
from studio.keys.keymap import keymap
from studio.label.advice import advice, few_classes, weak_class
from studio.library import Library
from studio.listing import Label, Listing


def library(labels: list[Label], classes: tuple[str, ...], kind: Kind = Kind.MULTICLASS) -> Library:
    """Return a library that holds samples with these labels."""
    made = Library(Background())
    ids = [str(number) for number in range(len(labels))]
    made.listing = Listing(Modality.IMAGE, ids, ids, ids, [None] * len(labels), kind=kind)
    made._tally[None] = len(labels)
    made.classes = [ClassInfo(name, 0, "") for name in classes]
    made.relabel(dict(zip(ids, labels, strict=True)))
    return made


def test_two_classes_come_first(qapp: QApplication) -> None:
    held = library([None] * 3, ("nut",))
    assert few_classes(held)
    assert advice(held, False, False) == "Name at least two classes that you want to tell apart."
    assert not few_classes(library([1.0], (), Kind.REGRESSION))


def test_one_class_is_enough_where_samples_may_lack_it(qapp: QApplication) -> None:
    assert advice(library([None], (), Kind.MULTILABEL), False, False) == "Name the classes that a sample can have."
    assert not few_classes(library([None], ("late",), Kind.MULTILABEL))


def test_the_weakest_class_is_named_with_what_it_lacks(qapp: QApplication) -> None:
    held = library(["nut"] * 30 + ["bolt"] * 4 + [None] * 40, ("nut", "bolt"))
    assert weak_class(held) == ("bolt", 16)
    assert advice(held, False, False) == "Label 16 more “bolt”: it is the weakest class."
    assert weak_class(library(["nut"] * 30 + ["bolt"] * 4 + [None] * 3, ("nut", "bolt"))) == ("bolt", 3)


def test_nothing_is_weak_once_all_is_labelled(qapp: QApplication) -> None:
    held = library(["nut", "bolt"], ("nut", "bolt"))
    assert weak_class(held) is None
    assert advice(held, False, False) == "Every sample has a label."


def test_what_suggestions_ask_for_names_the_keys_of_now(qapp: QApplication) -> None:
    held = library(["nut", "bolt", None], ("nut", "bolt"))
    assert advice(held, True, False) == (
        "Return accepts what is suggested, a class key corrects it, G shows many at once."
    )
    keymap().choose(find("label.accept"), ("Space",))
    try:
        assert advice(held, True, True).startswith("Space accepts the tiles you chose, Shift+Return all in sight")
    finally:
        keymap().reset_all()
