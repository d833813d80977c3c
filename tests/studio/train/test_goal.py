from __future__ import annotations

from engine.task import Kind, Modality
from studio.train.goal import Concern, Material, goal


def photos(*classes: tuple[str, int], unlabelled: int = 0) -> Material:
    labelled = sum(number for _, number in classes)
    return Material(Modality.IMAGE, Kind.MULTICLASS, None, classes, labelled, unlabelled)


def test_the_goal_names_the_classes_and_what_is_learned_from() -> None:
    found = goal(photos(("bolt", 40), ("nut", 30), unlabelled=7))

    assert found.sentence == "Sort photos into bolt and nut"
    assert found.details == (
        "Learns from 70 photos in 2 classes.",
        "7 photos without a label are left aside.",
    )
    assert not found.concerns
    assert not found.blocked


def test_a_scarce_class_is_a_concern_with_a_way_out_and_blocks_nothing() -> None:
    found = goal(photos(("bolt", 40), ("nut", 3)))

    assert found.concerns == (Concern("nut has 3 of at least 5 examples.", "nut"),)
    assert not found.blocked


def test_many_scarce_classes_are_one_concern() -> None:
    found = goal(photos(*((f"class {n}", 1 + n % 4) for n in range(20)), ("bolt", 50)))

    assert len(found.concerns) == 1
    assert found.concerns[0].text.startswith("20 classes have fewer than 5 examples, class 0 only 1.")


def test_many_classes_are_counted_not_listed() -> None:
    assert goal(photos(*((f"class {n}", 9) for n in range(40)))).sentence == "Sort photos into one of 40 classes"


def test_one_class_alone_cannot_be_told_apart() -> None:
    assert goal(photos(("bolt", 40), ("nut", 0))).blocked.startswith("Only bolt has labelled samples.")


def test_nothing_labelled_says_what_to_do() -> None:
    assert "Label some of at least two classes first." in goal(photos(unlabelled=9)).blocked


def test_a_table_names_its_target() -> None:
    material = Material(Modality.TABLE, Kind.MULTICLASS, "income", ((">50K", 30), ("<=50K", 70)), 100, 0)

    assert goal(material).sentence == "Predict income as one of >50K and <=50K"


def test_a_number_is_predicted_by_its_name() -> None:
    found = goal(Material(Modality.TABLE, Kind.REGRESSION, "price", (), 500, 1))

    assert found.sentence == "Predict the number price"
    assert found.details[1] == "1 row without a label is left aside."
    assert not found.concerns


def test_few_numbers_are_a_concern_and_none_block() -> None:
    assert goal(Material(Modality.TABLE, Kind.REGRESSION, "price", (), 12, 0)).concerns
    assert goal(Material(Modality.TABLE, Kind.REGRESSION, "price", (), 4, 0)).blocked


def tagged(*classes: tuple[str, int], labelled: int, modality: Modality = Modality.IMAGE) -> Material:
    return Material(modality, Kind.MULTILABEL, "tags" if modality is Modality.TABLE else None, classes, labelled, 3)


def test_several_classes_a_sample_can_be_learned() -> None:
    found = goal(tagged(("apple", 30), ("banana", 3), labelled=40))

    assert found.sentence == "Sort photos into any of apple and banana"
    assert found.details[0] == "Learns from 40 photos with any of 2 classes, or none."
    assert found.concerns == (Concern("banana has 3 of at least 5 examples.", "banana"),)
    assert not found.blocked
    rows = goal(tagged(("late", 30), labelled=40, modality=Modality.TABLE))
    assert rows.sentence == "Predict tags: any of late"
    assert not rows.blocked


def test_samples_that_all_have_the_same_classes_have_nothing_to_tell() -> None:
    assert goal(tagged(labelled=0)).blocked.startswith("No photos are labelled yet.")
    same = goal(tagged(("apple", 9), ("banana", 9), labelled=9)).blocked
    assert same.startswith("All labelled photos have the same classes: apple and banana.")
