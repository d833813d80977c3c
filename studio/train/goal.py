"""What will be learned if Train is pressed now, and what stands in the way. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass

from engine.task import Kind, Modality
from studio import wording

LEAST_PER_CLASS = 5
LEAST_NUMBERS = 10
ADVISED_PER_CLASS = 20


@dataclass(frozen=True, slots=True)
class Material:
    """What the project holds: labelled samples per class, or in all for a regression."""

    modality: Modality
    kind: Kind
    target: str | None
    classes: tuple[tuple[str, int], ...]
    labelled: int
    unlabelled: int


@dataclass(frozen=True, slots=True)
class Concern:
    """A sentence about the material, and the class that more labels would help."""

    text: str
    label_class: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """The goal in words. ``blocked`` says why training cannot start, or is empty."""

    sentence: str
    details: tuple[str, ...]
    concerns: tuple[Concern, ...]
    blocked: str = ""


def goal(material: Material) -> Goal:
    """Return the goal that this material allows."""
    if material.kind is Kind.REGRESSION:
        return _number_goal(material)
    if material.kind is Kind.MULTILABEL:
        return _several_goal(material)
    return _class_goal(material)


def _class_goal(material: Material) -> Goal:
    usable = [(name, n) for name, n in material.classes if n > 0]
    names = wording.listing([name for name, _ in usable], most=5)
    if len(usable) < 2:
        sentence = "Tell classes apart"
        blocked = (
            f"Only {names} has labelled samples. Label some of another class, so that there is something to tell apart."
            if usable
            else f"No {wording.noun(material.modality)} are labelled yet. Label some of at least two classes first."
        )
        return Goal(sentence, (), (), blocked)
    into = f"Sort {wording.noun(material.modality)} into"
    verb = f"Predict {material.target} as one of" if material.modality is Modality.TABLE else into
    sentence = f"{verb} {names}" if len(usable) <= 6 else f"{verb.removesuffix(' one of')} one of {len(usable)} classes"
    details = [f"Learns from {wording.things(material.modality, material.labelled)} in {len(usable)} classes."]
    details.extend(_left_aside(material))
    return Goal(sentence, tuple(details), tuple(_scarce(usable)))


def _several_goal(material: Material) -> Goal:
    noun = wording.noun(material.modality)
    usable = [(name, n) for name, n in material.classes if n > 0]
    names = wording.listing([name for name, _ in usable], most=5)
    blocked = ""
    if not usable:
        blocked = f"No {noun} are labelled yet. Say of some which classes they have."
    elif all(n == material.labelled for _, n in usable):
        blocked = f"All labelled {noun} have the same classes: {names}. Label some that lack one, to tell them apart."
    if blocked:
        return Goal("Tell which classes hold", (), (), blocked)
    several = f"any of {names}" if len(usable) <= 6 else f"any of {len(usable)} classes"
    verb = f"Predict {material.target}:" if material.modality is Modality.TABLE else f"Sort {noun} into"
    classes = "1 class" if len(usable) == 1 else f"{len(usable)} classes"
    details = [f"Learns from {wording.things(material.modality, material.labelled)} with any of {classes}, or none."]
    details.extend(_left_aside(material))
    return Goal(f"{verb} {several}", tuple(details), tuple(_scarce(usable)))


def _number_goal(material: Material) -> Goal:
    sentence = f"Predict the number {material.target}" if material.target else "Predict a number"
    if material.labelled < LEAST_NUMBERS:
        blocked = (
            f"Too few rows have a value in {material.target}. At least {LEAST_NUMBERS} are needed, 50 or more are good."
        )
        return Goal(sentence, (), (), blocked)
    details = [f"Learns from {wording.things(material.modality, material.labelled)} with a known value."]
    details.extend(_left_aside(material))
    scarce = material.labelled < ADVISED_PER_CLASS
    concern = Concern(f"Only {material.labelled} rows have a value: expect rough guesses. 50 or more are good.")
    return Goal(sentence, tuple(details), (concern,) if scarce else ())


def _left_aside(material: Material) -> list[str]:
    if not material.unlabelled:
        return []
    verb = "is" if material.unlabelled == 1 else "are"
    return [f"{wording.things(material.modality, material.unlabelled)} without a label {verb} left aside."]


def _scarce(usable: list[tuple[str, int]]) -> list[Concern]:
    few = sorted(((n, name) for name, n in usable if n < LEAST_PER_CLASS))
    if len(few) > 3:
        n, name = few[0]
        return [
            Concern(
                f"{len(few)} classes have fewer than {LEAST_PER_CLASS} examples, {name} only {n}. "
                "They can be learned, but hardly checked.",
                name,
            )
        ]
    return [Concern(f"{name} has {n} of at least {LEAST_PER_CLASS} examples.", name) for n, name in few]
