"""The project as the rest of the program sees it.

::

    <project>/
      project.db       samples, labels, journal, settings
      project.lock     who has it open
      tables/<n>.parquet   the inputs of an imported table
      runs/            what was trained from it
      cache/           thumbnails and features; may be deleted at any time
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.task import Kind
from labeling.annotations.marks import Mark
from labeling.batch import Batch
from labeling.errors import LabelingError, ProjectError, ProjectExists, ProjectMissing
from labeling.project import asked as asked_of
from labeling.project import classes, columns, intake, labels, looks, search
from labeling.project import marks as marked
from labeling.project.asked import Asked
from labeling.project.classes import ClassInfo
from labeling.project.columns import TableSource
from labeling.project.intake import Added
from labeling.project.journal import Entry, Journal
from labeling.project.lock import Lock
from labeling.project.migrations import migrate
from labeling.project.samples import PAGE, Filter, Sample, Samples
from labeling.project.second_looks import SecondLooks
from labeling.project.store import Store, damaged
from labeling.project.stored import Label, kind_of
from labeling.provenance import Origin
from labeling.searching import Search
from labeling.understanding import Understanding

if TYPE_CHECKING:
    from types import TracebackType

    import polars as pl

DATABASE = "project.db"
LOCK = "project.lock"

__all__ = ["Added", "ClassInfo", "Project"]


@dataclass
class Project:
    """An open project. Every change is committed when the call returns. Safe to use from several threads."""

    path: Path
    _store: Store
    _lock: Lock

    def __post_init__(self) -> None:
        self._samples = Samples(self._store, self.path / "tables")
        self._journal = Journal(self._store)
        self.second_looks = SecondLooks(self._store)

    @classmethod
    def create(cls, path: Path | str) -> Project:
        """Make a new project in an empty or absent folder and open it.

        Raises:
            ProjectExists: the folder holds something.
            ProjectError: it cannot be written.
        """
        folder = Path(path).expanduser().resolve()
        if (folder / DATABASE).exists():
            raise ProjectExists(f"There is a project in {folder} already. Open it, or choose another folder.")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ProjectExists(f"{folder} already holds something else. Choose a new or empty folder.")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return cls._opened(folder, new=True)
        except ProjectError:
            for half_made in folder.glob(f"{DATABASE}*"):  # or nothing could be made here later either
                half_made.unlink()
            raise

    @classmethod
    def open(cls, path: Path | str) -> Project:
        """Open a project; only one process can.

        Raises:
            ProjectMissing: there is none.
            ProjectInUse: another process has it open.
            ProjectDamaged: it cannot be read.
            ProjectTooNew: a newer version made it.
        """
        folder = Path(path).expanduser().resolve()
        if not is_project(folder):
            raise ProjectMissing(f"There is no project in {folder}. Choose the folder that holds project.db.")
        return cls._opened(folder, new=False)

    @classmethod
    def _opened(cls, folder: Path, new: bool) -> Project:
        lock = Lock.take(folder / LOCK)
        store = Store(folder / DATABASE)
        try:
            migrate(store, folder / DATABASE, new)
            if lock.unclean:
                verdict = store.value("PRAGMA quick_check(1)")
                if verdict != "ok":
                    raise damaged(folder / DATABASE, verdict)
        except LabelingError:
            store.close()
            lock.release()
            raise
        return cls(folder, store, lock)

    def close(self) -> None:
        """Close the project. There is nothing to save: all is."""
        self._store.close()
        self._lock.release()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, understanding: Understanding, batch: Batch) -> Added:
        """Take in a batch as one change; samples known by their content are not taken twice.

        Raises:
            ImportRefused: it does not go with what the project holds.
            ProjectError: there would be more classes than can be told apart.
        """
        return intake.add(self._store, self._samples, understanding, batch)

    def understanding(self) -> Understanding | None:
        """Return what the project is about, with the samples and classes of now; None while it is empty."""
        stored = self._store.value("SELECT understanding FROM source WHERE present = 1 ORDER BY id DESC")
        if stored is None:
            return None
        imported = Understanding.from_json(json.loads(stored))
        labelled = self.count(Filter(labelled=True))
        kind = kind_of(self._store) or (Kind.MULTICLASS if labelled else None)
        names = () if kind is Kind.REGRESSION else tuple(info.name for info in self.classes())
        return replace(imported, samples=self.count(), labelled=labelled, classes=names, kind=kind)

    def origins(self) -> tuple[Origin, ...]:
        """Return where the samples come from: an entry for each import that is not undone."""
        rows = self._store.rows(
            "SELECT understanding, time FROM source JOIN journal ON journal.id = entry WHERE present = 1 "
            "ORDER BY source.id"
        )
        return tuple(Origin.of(Understanding.from_json(json.loads(stored)), moment) for stored, moment in rows)

    def find(self, wanted: Search) -> list[int]:
        """Return the numbers of the samples that match, in the order wanted; see :meth:`numbers`."""
        return search.find(self._store, wanted)

    def numbers(self) -> list[int]:
        """Return a number for each sample that stays the same as long as it is there, in the order of :meth:`frame`."""
        return search.numbers(self._store)

    def splits(self) -> list[str]:
        """Return the splits that samples are in; empty for those in none, if some are in one."""
        return search.splits(self._store)

    def frame(self) -> pl.DataFrame:
        """Return all samples in the columns of :mod:`labeling.batch`, with their labels of now."""
        return self._samples.frame()

    def count(self, wanted: Filter | None = None) -> int:
        """Return how many samples match."""
        return self._samples.count(wanted or Filter())

    def ids(self, wanted: Filter | None = None, offset: int = 0, limit: int = -1) -> list[str]:
        """Return ids of matching samples in the order they were added; a limit of -1 means all."""
        return self._samples.ids(wanted or Filter(), offset, limit)

    def page(self, wanted: Filter | None = None, offset: int = 0, limit: int = PAGE) -> list[Sample]:
        """Return a stretch of the matching samples in the order they were added."""
        return self._samples.page(wanted or Filter(), offset, limit)

    def sample(self, id: str) -> Sample | None:
        """Return one sample, or None if there is none of this id."""
        found = self._samples.some([id])
        return found[0] if found else None

    def samples(self, ids: Sequence[str]) -> list[Sample]:
        """Return the samples of these ids that are there, in the order asked for."""
        return self._samples.some(ids)

    def inputs(self, ids: Sequence[str]) -> pl.DataFrame:
        """Return the table cells of these rows under their own names, in the order asked for."""
        return self._samples.inputs(ids)

    def missing(self, limit: int = 1000) -> list[Sample]:
        """Return samples whose media file is not where it was, at most ``limit``."""
        return self._samples.missing(limit)

    def unseen(self) -> list[int]:
        """Return numbers of the pictures that were not searched for near-copies when they were taken in."""
        return looks.unseen(self._store)

    def look_at(self, numbers: Sequence[int], cancelled: Callable[[], bool] | None = None) -> int:
        """Look at a few hundred pictures of :meth:`unseen` at most; return how many of them cannot be opened.

        Labels and the history stay as they are. Once ``cancelled`` says so, the rest stays unseen.
        """
        return looks.look_at(self._store, numbers, cancelled)

    def classes(self) -> list[ClassInfo]:
        """Return the classes in order, with counts and keys."""
        return classes.classes(self._store)

    def set_label(self, ids: Sequence[str], label: Label, name: str | None = None) -> int:
        """Label samples, or take their label away with None; a class not yet known is added.

        Args:
            ids: of samples; unknown ones are passed over.
            label: a class name, a number for a regression, or a tuple of class names where samples have several.
            name: what the change is called in the history.

        Returns:
            How many labels changed; 0 leaves no entry in the history.
        """
        return self.set_labels(dict.fromkeys(ids, label), name)

    def set_labels(
        self, labels_by_id: Mapping[str, Label], name: str | None = None, asked: Mapping[str, Asked] | None = None
    ) -> int:
        """Give each sample its own label, all as one change; see :meth:`set_label`.

        ``asked`` is what was suggested of samples that the person decided on one by one (:meth:`suggested_right`).
        """
        return labels.set_labels(self._store, self._journal, labels_by_id, name, asked or {})

    def suggested_right(self) -> tuple[int, int] | None:
        """Return how many suggestions were right, and of how many samples drawn at random; None before any."""
        return asked_of.right(self._store)

    def set_skipped(self, ids: Sequence[str], skipped: bool, name: str) -> int:
        """Pass samples over for now, or no longer; return for how many that is new.

        Args:
            ids: of samples; unknown ones are passed over.
            skipped: whether they are to be passed over.
            name: what the change is called in the history.
        """
        return labels.set_skipped(self._store, self._journal, ids, skipped, name)

    def skipped(self) -> set[str]:
        """Return the ids of the samples that are passed over."""
        return labels.skipped(self._store)

    def marks(self, ids: Sequence[str]) -> dict[str, tuple[Mark, ...]]:
        """Return the boxes, regions or spans of these samples; those of which nothing is said are not in it."""
        return marked.marks(self._store, ids)

    def set_marks(self, id: str, marks: Sequence[Mark] | None, name: str, joined: bool = False) -> dict[str, Label]:
        """Give a sample marks, or None to take them away; its label names their classes from then on.

        Classes of the label that no mark had are those of the whole sample, and stay.

        Args:
            id: of the sample; an unknown one is passed over.
            marks: all that it has from now on.
            name: what the change is called in the history.
            joined: whether it becomes one with the last change, if that was the same to this sample a moment ago, as
                when a key is held down.

        Returns:
            The label of the sample from then on, by its id; nothing where nothing changed, which leaves no entry in the
            history.

        Raises:
            ProjectError: the project gives each sample one class or a number.
        """
        return marked.set_marks(self._store, self._journal, id, marks, marked.Change(name, joined))

    def add_class(self, name: str) -> None:
        """Add a class at the end.

        Raises:
            ProjectError: the name is empty or taken, or there are as many classes as can be told apart.
        """
        classes.add_class(self._store, self._journal, name)

    def rename_class(self, old: str, new: str) -> None:
        """Rename a class; if there is one of the new name already, the two are merged into it.

        Raises:
            ProjectError: there is no class ``old``, or the new name is empty.
        """
        classes.rename_class(self._store, self._journal, old, new)

    def remove_class(self, name: str) -> None:
        """Remove a class; its samples lose their label.

        Raises:
            ProjectError: there is no such class.
        """
        classes.remove_class(self._store, self._journal, name)

    def merged_count(self, first: str, second: str) -> int:
        """Return how many samples a class has that two would become."""
        return classes.merged_count(self._store, first, second)

    def set_class_colour(self, name: str, colour: str) -> None:
        """Give a class a colour, ``#rrggbb``; an empty one gives it the palette's own again.

        Raises:
            ProjectError: there is no such class, or that is no colour.
        """
        classes.set_colour(self._store, self._journal, name, colour)

    def set_class_key(self, name: str, key: str) -> None:
        """Give a class a key; if another class has it, the two swap theirs.

        Raises:
            ProjectError: there is no such class.
        """
        classes.set_key(self._store, self._journal, name, key)

    def move_class(self, name: str, by: int) -> None:
        """Move a class up (negative) or down in the order.

        Raises:
            ProjectError: there is no such class.
        """
        classes.move_class(self._store, self._journal, name, by)

    def table_sources(self) -> list[TableSource]:
        """Return the tables that were taken in, in order."""
        return columns.table_sources(self._store)

    def change_columns(self, read: Sequence[tuple[TableSource, Understanding, Batch]]) -> None:
        """Put tables, read anew with other columns or another one to predict, in place of what is there.

        Labels stay as they are where the same column is predicted in the same way, else they are those of the table.

        Raises:
            ProjectError: a file has other rows than when it was taken in, or the same in another order.
        """
        columns.change_columns(self._store, self._samples, self._journal, read)

    def undo(self) -> str | None:
        """Take back the last change and return its name; None where there is none."""
        entry = self._journal.undo()
        return entry.name if entry else None

    def redo(self) -> str | None:
        """Make the change again that was undone last and return its name; None where there is none."""
        entry = self._journal.redo()
        return entry.name if entry else None

    def go_to(self, entry: int) -> int:
        """Undo all changes after an entry of the history, or redo those up to it; 0 is before the first.

        Returns:
            How many changes were undone or redone; they are committed all together.
        """
        return self._journal.go_to(entry)

    def changed_labels(self, entry: int) -> dict[str, Label] | None:
        """Return the labels of now of the samples that an entry of the history changed.

        Samples whose marks it changed are among them. None if it took samples in, or changed classes, columns or
        what is skipped: then more than these is to be read anew.
        """
        return labels.changed_labels(self._store, entry)

    @property
    def can_undo(self) -> str | None:
        """The name of what :meth:`undo` would take back, or None."""
        return self._journal.can_undo

    @property
    def can_redo(self) -> str | None:
        """The name of what :meth:`redo` would make again, or None."""
        return self._journal.can_redo

    @property
    def newest_change(self) -> int:
        """The entry of the history that :meth:`undo` would take back; 0 where there is none."""
        return self._journal.newest

    def history(self, limit: int = 100, offset: int = 0) -> list[Entry]:
        """Return the newest changes, newest first; all with a limit of -1."""
        return self._journal.entries(limit, offset)

    def history_length(self) -> int:
        """Return how many changes the history holds, those that are undone among them."""
        return int(self._store.value("SELECT count(*) FROM journal"))

    def setting(self, key: str, default: Any = None) -> Any:
        """Return a setting, any JSON value."""
        stored = self._store.value("SELECT value FROM setting WHERE key = ?", (key,))
        return default if stored is None else json.loads(stored)

    def set_setting(self, key: str, value: Any) -> None:
        """Keep a setting. Settings are not part of the history."""
        with self._store.atomic() as connection:
            connection.execute(
                "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, json.dumps(value)),
            )

    @property
    def runs_path(self) -> Path:
        """The folder of run folders."""
        folder = self.path / "runs"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def cache_path(self) -> Path:
        """The folder of what can be made again at any time."""
        folder = self.path / "cache"
        folder.mkdir(exist_ok=True)
        return folder

    def new_run_path(self) -> Path:
        """Return a path for a new run folder, named by the time, that does not exist yet."""
        base = self.runs_path / datetime.now().strftime("%Y-%m-%d-%H%M%S")
        path, number = base, 1
        while path.exists():
            number += 1
            path = base.with_name(f"{base.name}-{number}")
        return path


def is_project(path: Path) -> bool:
    """Return whether a folder holds a project."""
    return (path / DATABASE).is_file()
