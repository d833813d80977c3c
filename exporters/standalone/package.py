"""An exported model in a folder: opened, checked, asked.

::

    model.onnx     the graph                          manifest.json  what it takes and answers, and what files it has
    tokenizer.json words, where the model reads texts sample/        a real input and what the model says about it
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy.typing as npt

from engine.dates import FIRST_FORMAT, is_pattern
from engine.errors import DataError
from engine.task import ColumnType, Modality, Task
from exporters.standalone.answers import Answer, answer_of
from exporters.standalone.described import MODEL, check_described, check_files, read_manifest
from exporters.standalone.errors import NotAPackage, Unreadable
from exporters.standalone.fitting import check_graph, outputs_of, rows_of
from exporters.standalone.halt import Halt
from exporters.standalone.session import Feeds, Session
from exporters.standalone.wire import check_plain

__all__ = ["Answer", "Item", "NotAPackage", "Package", "Unreadable", "check_package"]

Item = Any
"""One sample as :meth:`Package.read` returns it: what it is depends on the modality."""


READERS: dict[Modality, str] = {  # imported by name: what reads pictures is not there where sounds are read
    Modality.IMAGE: "exporters.standalone.pictures:PictureReader",
    Modality.AUDIO: "exporters.standalone.sounds:SoundReader",
    Modality.TEXT: "exporters.standalone.texts:TextReader",
    Modality.TABLE: "exporters.standalone.tables:RowReader",
}


class Reader(Protocol):
    """How samples of one modality are read and put together for a call."""

    columns: tuple[str, ...]

    def read(self, raw: bytes | str | Mapping[str, object]) -> Item:
        """Return one sample."""

    def kin(self, item: Item) -> Hashable:
        """Return what samples of one call have in common."""

    def most(self, item: Item) -> int:
        """Return how many samples like this one fit in a call."""

    def blank(self) -> Item:
        """Return a sample that says nothing, the smallest there is."""

    def feeds(self, items: Sequence[Item]) -> dict[str, npt.NDArray[Any]]:
        """Return what the graph takes."""


def check_package(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of the package in ``folder`` once its files are checked.

    Raises:
        NotAPackage: it is damaged, hostile, too large or not ours.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    check_described(manifest)
    check_plain(folder / MODEL)
    return manifest


class Package:
    """An exported model that is ready to be asked; safe to be asked from several threads."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any], threads: int = 0) -> None:
        """Open what :func:`check_package` has checked."""
        self.folder = folder
        self.manifest = manifest
        try:
            self.task = Task.from_json(manifest["task"])
            _check_dates(self.task)
            self._reader = _reader(folder, self.task, manifest)
            self._outputs = outputs_of(self.task, manifest)
            fed = self._reader.feeds([self._reader.blank()])
        except (KeyError, TypeError, ValueError, LookupError, AttributeError, RecursionError, DataError) as error:
            raise NotAPackage(
                f"The manifest in {folder} is damaged ({error!r:.200}). Export the model again."
            ) from error
        self._session = Session(folder / MODEL, threads)
        check_graph(self._session, manifest, fed)

    @classmethod
    def open(cls, folder: Path, threads: int = 0) -> Self:
        """Check the sizes and hashes of a folder's files and open it; ``threads`` for one call, 0 for one a core.

        Raises:
            NotAPackage: it is damaged, hostile, too large or not ours.
        """
        return cls(folder, check_package(folder), threads)

    @property
    def modality(self) -> str:
        """What a sample is: ``image``, ``audio``, ``text`` or ``table``."""
        return self.task.modality.value

    @property
    def kind(self) -> str:
        """What the answer is: ``multiclass``, ``multilabel`` or ``regression``."""
        return self.task.kind.value

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in the order of the probabilities."""
        return self.task.classes

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table, or of texts that lie in several."""
        return self._reader.columns

    def read(self, raw: bytes | str | Mapping[str, object]) -> Item:
        """Return one sample: of the bytes of a media file, of a text, or of a row by its columns.

        Raises:
            Unreadable: it cannot be read; the message says why.
        """
        return self._reader.read(raw)

    def rows(
        self, table: bytes, most: int | None = None, tell: Callable[[str], None] = lambda sentence: None
    ) -> list[Mapping[str, object]]:
        """Return the rows of a CSV or TSV table as :meth:`each_row` yields them; raises as that does."""
        return list(self.each_row(table, most, tell))

    def each_row(
        self, table: bytes, most: int | None = None, tell: Callable[[str], None] = lambda sentence: None
    ) -> Iterator[Mapping[str, object]]:
        """Yield the rows of a CSV or TSV table, ready for :meth:`read`; at most ``most``, or a million.

        ``tell`` hears at the end of columns in which something counts as missing since it is no number, or no date.

        Raises:
            TooManyRows: it has more.
            Unreadable: it is no table, or the model takes none.
        """
        from exporters.standalone.csvs import each_row

        if not self.columns:
            raise Unreadable("This model takes no rows of tables. Send one file for each question.")
        yield from each_row(table, self.task.columns, most, tell)

    def kin(self, item: Item) -> Hashable:
        """Return what the samples of one call have in common, such as the size of a picture."""
        return self._reader.kin(item)

    def most(self, item: Item) -> int:
        """Return how many samples like this one fit in a call."""
        return self._reader.most(item)

    def predict(self, items: Sequence[Item], halt: Halt | None = None) -> list[Answer]:
        """Return the answers about any number of samples; those that fit together share a call.

        Raises:
            NotAPackage: the graph cannot be run on them, or does not answer as its manifest says.
            Halted: ``halt`` was asked for, before a call or during one.
        """
        ending = halt or Halt()
        answers: dict[int, Answer] = {}
        for places in self._calls(items):
            ending.check()
            found = self.run(self.feeds([items[place] for place in places]), ending)
            if len(found) != len(places):
                raise NotAPackage(f"The model gave {len(found)} answers about {len(places)} samples. Export it again.")
            answers.update(zip(places, found, strict=True))
        return [answers[place] for place in range(len(items))]

    def _calls(self, items: Sequence[Item]) -> Iterator[list[int]]:
        together: dict[Hashable, list[int]] = {}
        for place, item in enumerate(items):
            waiting = together.setdefault(self.kin(item), [])
            waiting.append(place)
            if len(waiting) >= self.most(item):
                yield together.pop(self.kin(item))
        yield from together.values()

    def feeds(self, items: Sequence[Item]) -> dict[str, npt.NDArray[Any]]:
        """Return what one call of the graph takes; the samples must fit together."""
        return self._reader.feeds(items)

    def call(self, outputs: Sequence[str], feeds: Feeds, halt: Halt | None = None) -> list[npt.NDArray[Any]]:
        """Call the graph once and return the outputs of these names as they are.

        Raises:
            NotAPackage: the graph cannot be run on that.
            Halted: ``halt`` was asked for.
        """
        return self._session.run(outputs, feeds, halt or Halt())

    def run(self, feeds: Feeds, halt: Halt | None = None) -> list[Answer]:
        """Call the graph once; raises as :meth:`call` does."""
        values, *named = self.call(self._outputs, feeds, halt)
        rows = rows_of(self.task, values, named)
        said: Sequence[Any] = named[0].tolist() if named else [None] * len(rows)
        return [answer_of(self.kind, self.classes, row, mine) for row, mine in zip(rows, said, strict=True)]


def _check_dates(task: Task) -> None:
    """Let pass patterns of dates that cells can be read by.

    Raises:
        ValueError: a column has another.
    """
    for column in task.columns:
        if column.type is ColumnType.DATE and not is_pattern(column.format or FIRST_FORMAT):
            raise ValueError(f"no date is written as {column.format!r:.40}")


def _reader(folder: Path, task: Task, manifest: Mapping[str, Any]) -> Reader:
    module, _, name = READERS[task.modality].partition(":")
    reader: Reader = getattr(importlib.import_module(module), name)(folder, task, manifest)
    return reader
