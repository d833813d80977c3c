"""Second looks at labelled samples: some are drawn, shown again without their label, and labelled once more.

What is answered is no label and no change of the project, so the history does not hold it; it is kept all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labeling.agreement import Twice, drawn
from labeling.errors import ProjectError
from labeling.project.samples import PRESENT
from labeling.project.store import Store
from labeling.project.stored import Label, decode, encode, gives_several, names_in

LABELLED = f"SELECT name FROM sample WHERE label IS NOT NULL AND {PRESENT}"


@dataclass(frozen=True, slots=True)
class SecondLook:
    """One round: its number, when it began (local time), and the samples in the order in which they are shown."""

    id: int
    time: str
    samples: tuple[Twice, ...]

    @property
    def owed(self) -> int:
        """How many samples have no second label yet."""
        return sum(one.second is None for one in self.samples)


class SecondLooks:
    """The rounds of a project."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, seed: int | None = None) -> SecondLook:
        """Draw labelled samples for a new round; without a ``seed`` each round draws others.

        Raises:
            ProjectError: nothing has a label.
        """
        labelled = [name for (name,) in self._store.rows(LABELLED)]
        if not labelled:
            raise ProjectError("No sample has a label yet, so there is nothing to look at again. Label some first.")
        with self._store.atomic() as connection:
            rounds = int(connection.execute("SELECT count(*) FROM look").fetchone()[0])
            chosen = rounds if seed is None else seed
            now = datetime.now().isoformat(timespec="seconds")
            look = connection.execute("INSERT INTO look (time, seed) VALUES (?, ?)", (now, chosen)).lastrowid
            connection.executemany(
                "INSERT INTO second_look (look, sample, place, before) "
                "SELECT ?, id, ?, label FROM sample WHERE name = ?",
                ((look, place, name) for place, name in enumerate(drawn(labelled, chosen))),
            )
        found = self.latest()
        assert found is not None
        return found

    def latest(self) -> SecondLook | None:
        """Return the newest round, as far as it was answered, without samples or classes that are no longer there."""
        found = self._store.rows("SELECT id, time FROM look ORDER BY id DESC LIMIT 1")
        if not found:
            return None
        ((number, time),) = found
        several = gives_several(self._store)
        sql = (
            "SELECT name, before, answer FROM second_look JOIN sample ON sample.id = second_look.sample "
            f"WHERE second_look.look = ? AND {PRESENT} ORDER BY place"
        )
        there = {name for (name,) in self._store.rows("SELECT name FROM class")}
        rows = [
            row
            for row in self._store.rows(sql, (number,))
            if there.issuperset((*names_in(row[1], several), *names_in(row[2], several)))
        ]
        samples = (Twice(name, decode(before, several), decode(answer, several)) for name, before, answer in rows)
        return SecondLook(number, time, tuple(samples))

    def answer(self, look: int, sample: str, label: Label) -> None:
        """Keep the second label of a sample, in place of one given before."""
        value = encode((label,) if gives_several(self._store) and isinstance(label, str) else label)
        sql = "UPDATE second_look SET answer = ? WHERE look = ? AND sample = (SELECT id FROM sample WHERE name = ?)"
        with self._store.atomic() as connection:
            connection.execute(sql, (value, look, sample))

    def drop(self, look: int) -> None:
        """Forget a round and all its answers."""
        with self._store.atomic() as connection:
            connection.execute("DELETE FROM look WHERE id = ?", (look,))
