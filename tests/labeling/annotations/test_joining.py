from __future__ import annotations

from labeling.annotations.joining import joined
from labeling.annotations.model import Annotated, Annotations, Box

CAT, DOG = Box("cat", 1, 1, 9, 9), Box("dog", 2, 2, 5, 5)


def test_what_several_entries_say_of_a_file_is_joined_and_told() -> None:
    said = Annotations(
        [
            Annotated("a.png", boxes=(CAT, CAT)),
            Annotated("b.png", classes=("nut",)),
            Annotated("a.png", boxes=(CAT, DOG), size=(20, 20), split="test"),
            Annotated("b.png", classes=("bolt", "nut")),
            Annotated("b.png", number=2.5),
        ]
    )
    result = joined(said)
    assert result.samples == [
        Annotated("a.png", boxes=(CAT, CAT, DOG), size=(20, 20), split="test"),
        Annotated("b.png", classes=("nut", "bolt"), number=2.5),
    ]
    assert [problem.sentence.partition(":")[0] for problem in result.problems] == [
        "2 files are annotated in several places"
    ]


def test_texts_and_files_that_are_annotated_once_stay_as_they_are() -> None:
    said = Annotations([Annotated("0", text="Nice"), Annotated("0", text="Bad"), Annotated("a.png", boxes=())])
    assert joined(said) is said
