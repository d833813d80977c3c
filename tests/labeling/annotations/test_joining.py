from __future__ import annotations

from dataclasses import replace
from time import process_time

from labeling.annotations.joining import joined
from labeling.annotations.model import Annotated, Annotations, Box, Region

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


def test_of_a_single_class_that_two_entries_name_otherwise_the_first_counts() -> None:
    said = Annotations(
        [
            Annotated("a.png"),
            Annotated("a.png", classes=("nut",)),
            Annotated("a.png", classes=("bolt",), number=2.5),
            Annotated("b.png", classes=("nut",)),
            Annotated("b.png", classes=("Nut",)),
            Annotated("c.png", classes=("nut",), boxes=(CAT,)),
            Annotated("c.png", classes=("bolt",)),
        ]
    )
    result = joined(said)
    assert [sample.classes for sample in result.samples] == [("nut",), ("nut",), ("nut", "bolt")]
    assert result.samples[0].number == 2.5
    assert [problem.path for problem in result.problems] == ["", "a.png"]
    assert "“nut” and as “bolt”: “nut”, which comes first, was kept" in result.problems[1].sentence
    in_lines = [sample.classes for sample in joined(said, long_form=True).samples]
    assert in_lines == [("nut", "bolt"), ("nut",), ("nut", "bolt")]


def test_boxes_that_lie_close_together_in_one_file_are_all_kept() -> None:
    near = replace(CAT, x=1.1)
    one, other, third = (Annotated("a.png", boxes=(box,), said_in="a.json") for box in (CAT, near, replace(CAT, x=3)))
    assert joined(Annotations([one, other])).samples[0].boxes == (CAT, near)
    apart = [replace(sample, said_in=f"{place}.json") for place, sample in enumerate((one, other, third))]
    assert joined(Annotations(apart)).samples[0].boxes == (CAT, replace(CAT, x=3))


def test_boxes_of_two_files_are_compared_quickly() -> None:
    grid = [Box("cat", 10 * x, 10 * y, 9, 9) for x in range(100) for y in range(100)]
    moved = [replace(box, x=box.x + 0.1) for box in grid]
    samples = [Annotated("a.png", boxes=tuple(boxes), said_in=str(place)) for place, boxes in enumerate((grid, moved))]
    began = process_time()
    assert joined(Annotations(samples)).samples[0].boxes == tuple(grid)
    assert process_time() - began < 10


class Counted(Region):
    """A region that counts how often regions are looked up."""

    times = 0

    def __hash__(self) -> int:
        Counted.times += 1
        return hash((self.label, self.start))


def test_many_entries_of_one_recording_are_joined_in_one_pass() -> None:
    lines = [Annotated("day.wav", regions=(Counted("bird", at, at + 1),), said_in="a.jsonl") for at in range(400)]
    (whole,) = joined(Annotations(lines)).samples
    assert whole.regions is not None and len(whole.regions) == 400
    assert Counted.times < 4_000


def test_nothing_said_of_marks_is_not_said_to_be_none() -> None:
    (whole,) = joined(Annotations([Annotated("a.png", classes=("nut",)), Annotated("a.png", spans=())])).samples
    assert (whole.boxes, whole.regions, whole.spans) == (None, None, ())
