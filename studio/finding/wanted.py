"""What the person wants to see, as plain values, and in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from engine.task import Modality
from labeling.searching import Search, Sort, State

DOUBTFUL = 0.5


class Stand(StrEnum):
    """How a sample stands; the first four are known by the project, the others by what is suggested."""

    LABELLED = "labelled"
    UNLABELLED = "unlabelled"
    SKIPPED = "skipped"
    MARKED = "marked"
    SUGGESTED = "suggested"
    DOUBTFUL = "doubtful"


class By(StrEnum):
    """What samples are put in order by; the first four by the project, the others by what is suggested or by chance."""

    ADDED = "added"
    NAME = "name"
    LABEL = "label"
    LABELLED = "labelled"
    DOUBT = "doubt"
    USEFUL = "useful"
    RANDOM = "random"


_KNOWN = {Stand(state.value): state for state in State}
_SORTED = {By(sort.value): sort for sort in Sort}
STANDS = {
    Stand.LABELLED: "with a label",
    Stand.UNLABELLED: "without a label",
    Stand.SUGGESTED: "with a suggestion",
    Stand.DOUBTFUL: "doubtful",
    Stand.SKIPPED: "skipped",
    Stand.MARKED: "with marks",
}
MARKED = {Modality.IMAGE: "with boxes", Modality.AUDIO: "with regions", Modality.TEXT: "with marked words"}
ORDERS = {
    By.ADDED: ("as taken in", "the last taken in first"),
    By.NAME: ("by name", "by name, Z to A"),
    By.LABEL: ("by class", "by class, the last first"),
    By.DOUBT: ("most doubtful first", "surest first"),
    By.USEFUL: ("best to label next", "best to label last"),
    By.LABELLED: ("labelled last first", "labelled first first"),
    By.RANDOM: ("shuffled", "shuffled"),
}


@dataclass(frozen=True)
class Wanted:
    """Which samples are wanted, and in what order: those that match every field that is set.

    Attributes:
        label: of this class, alone or among others.
        stand: those that stand so.
        split: in this split; empty for those in none.
        words: a part of the name, or of the values of a table's row.
        suggested: with this class as their suggestion.
        ids: these samples, whatever else is wanted.
        caption: what they are, where ``ids`` says which.
        by: what they are put in order by.
        reverse: the other way around.
        seed: of the order by chance.
    """

    label: str | None = None
    stand: Stand | None = None
    split: str | None = None
    words: str = ""
    suggested: str | None = None
    ids: tuple[str, ...] | None = None
    caption: str = ""
    by: By = By.ADDED
    reverse: bool = False
    seed: int = 0

    @property
    def narrows(self) -> bool:
        """Whether this can leave any sample out."""
        return self.everything() != self

    def everything(self) -> Wanted:
        """Return the same order of all samples."""
        return Wanted(by=self.by, reverse=self.reverse, seed=self.seed)

    def search(self, words_in_names: bool) -> Search:
        """Return what of this the project itself can find; ``words_in_names`` tells whether names are searched."""
        stand = _KNOWN.get(self.stand) if self.stand is not None else None
        if self.stand in (Stand.SUGGESTED, Stand.DOUBTFUL) or self.suggested is not None:
            stand = State.UNLABELLED
        sort = _SORTED.get(self.by)
        latest = self.by is By.LABELLED  # its plain order is the newest first
        return Search(
            label=self.label,
            state=stand,
            split=self.split,
            text=self.words if words_in_names else "",
            sort=sort or Sort.ADDED,
            reverse=sort is not None and self.reverse != latest,
        )

    def conditions(self, modality: Modality) -> list[str]:
        """Return what is wanted in words, one condition each."""
        if self.caption:
            return [self.caption]
        said = []
        if self.ids is not None:
            said.append("some chosen ones")
        if self.label is not None:
            said.append(f"labelled “{self.label}”")
        if self.stand is not None:
            said.append(MARKED.get(modality, STANDS[self.stand]) if self.stand is Stand.MARKED else STANDS[self.stand])
        if self.suggested is not None:
            said.append(f"suggested “{self.suggested}”")
        if self.split is not None:
            said.append(f"in the {self.split} split" if self.split else "in no split")
        if self.words:
            said.append(
                f"with “{self.words}” in the name" if modality is not Modality.TABLE else f"with “{self.words}”"
            )
        return said

    def order(self) -> str:
        """Return the order in words."""
        return ORDERS[self.by][self.reverse]

    def without_words(self) -> Wanted:
        """Return the same without words searched for."""
        return replace(self, words="")
