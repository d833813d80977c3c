"""Texts to learn from or to be asked about: typed, in the columns of a table, or in files. No torch here."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.dataset import Dataset
from engine.errors import DataError
from engine.modalities.remembered import Remembered, let_go
from engine.modalities.text.decode import in_row, read_text, typed
from engine.patience import Patience
from engine.samples import Samples
from engine.task import Task

if TYPE_CHECKING:
    from engine.modalities.text.counted import Counted

Text = tuple[str, ...]

TYPED = "text"  # the key of a text that is asked about and lies in no column
_REMEMBERED_BYTES = 300_000_000  # of texts in files; up to four a letter
_KEY_BYTES = 16
_NOTHING: Text = ("",)


class TextSamples(Samples):
    """An ordered set of texts, each a tuple of the texts of its columns.

    Of files, ``content`` may tell the hashes of their bytes, 32 hexadecimal digits each, None where unknown. ``cache``
    is the folder where features computed from the texts are kept, None for nowhere; ``known`` holds those that were
    computed for all of them, float32 [n, d], by feature kind. ``counted`` is what
    :func:`engine.modalities.text.counted.counted` found last, beside which rows it was asked for.
    """

    def __init__(
        self,
        texts: Sequence[Text | Path],
        cache: Path | None = None,
        content: Sequence[str | None] | None = None,
    ) -> None:
        self._sources = tuple(texts)
        self._content: list[str | None] = [None] * len(texts) if content is None else list(content)
        self.cache = cache
        self.known: dict[str, Float32Array] = {}
        self.counted: tuple[bytes, Counted] | None = None
        self._files: Remembered[Path, Text] = Remembered(_in_file, _bytes_of, _REMEMBERED_BYTES)
        self._patience: Patience | None = None

    @classmethod
    def from_texts(cls, texts: Sequence[str], cache: Path | None = None) -> Self:
        """Return samples of one text each."""
        return cls([(text,) for text in texts], cache)

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, Any]], task: Task, cache: Path | None = None) -> Self:
        """Return the texts in the task's columns; absent columns and what is missing in a table are empty texts."""
        names = [column.name for column in task.columns]
        if not names:
            return cls.from_texts([typed(row.get(TYPED)) for row in rows], cache)
        return cls([in_row(row, names) for row in rows], cache)

    @property
    def content(self) -> Sequence[str | None]:
        """Hashes of the files' bytes where they are known, so that no file is read for that alone; else of the texts.

        Where a file holds no text once it is read, its hash turns into that of the empty text.
        """
        for row, known in enumerate(self._content):
            if known is None:
                self._content[row] = _hash(self.text(row))
        return self._content

    @override
    def __len__(self) -> int:
        return len(self._sources)

    @override
    def take(self, rows: IntArray) -> Self:
        wanted = [int(row) for row in rows]
        sources, content = [self._sources[row] for row in wanted], [self._content[row] for row in wanted]
        taken = type(self)(sources, self.cache, content)
        taken.known = {kind: features[wanted] for kind, features in self.known.items()}
        taken._files = self._files
        return taken

    def text(self, row: int) -> Text:
        """Return the texts of one sample's columns; empty where its file cannot be read as text."""
        source = self._sources[row]
        if not isinstance(source, Path):
            return source
        text = self._files.get(source)
        if text == _NOTHING:  # it may be gone for a while, and the empty text's features are not those of what it held
            self._content[row] = _hash(text)
        return text

    def forget(self) -> None:
        """Let go of what was read from files, and keep no more of it: memory ran short. It is read anew when wanted.

        What was counted goes as well, and is counted anew; so do features that nobody uses, which lie on disk.
        """
        let_go(self.known)
        self._files.forget()
        self.counted = None

    def hurry(self, patience: Patience) -> None:
        """Have ``patience`` checked before several texts are read together: what is made of each takes the time."""
        self._patience = patience

    def texts(self, rows: IntArray | None = None) -> list[Text]:
        """Return the texts of these samples, or of all.

        Raises:
            OutOfPatience: what was made of the texts before has taken too long, where somebody is in a hurry.
        """
        if self._patience is not None:
            self._patience.check()
        return [self.text(int(row)) for row in (range(len(self)) if rows is None else rows)]


def _in_file(path: Path) -> Text:
    """Return the text in a file, empty where it cannot be read as text."""
    try:
        return (read_text(path),)
    except DataError:
        return _NOTHING


def _bytes_of(text: Text) -> int:
    return sys.getsizeof(text[0])


def _hash(text: Text) -> str:
    joined = "\x1f".join(text).encode("utf-8", errors="surrogatepass")
    return hashlib.blake2b(joined, digest_size=_KEY_BYTES).hexdigest()


def open_samples(dataset: Dataset, task: Task, cache: Path | None = None) -> TextSamples:
    """Return the texts of a dataset: those in the task's columns, or files where it names none."""
    if not task.columns:
        return TextSamples([Path(reference) for reference in dataset.references], cache, dataset.content)
    frame = dataset.inputs(task.columns)
    columns = [[typed(value) for value in frame[column.name].to_list()] for column in task.columns]
    return TextSamples(list(zip(*columns, strict=True)), cache)


def ask_samples(items: Sequence[Any], task: Task) -> tuple[TextSamples, dict[int, str]]:
    """Return the texts asked about, and what is wrong with those that cannot be read, by their place.

    An item is the path of a text file, a mapping of the task's columns, or ``{"text": ...}``, which stands for the
    first column where there are several.
    """
    names = [column.name for column in task.columns]
    texts: list[Text] = []
    problems: dict[int, str] = {}
    for place, item in enumerate(items):
        try:
            texts.append(_asked(item, names))
        except DataError as error:
            problems[place] = str(error)
    return TextSamples(texts), problems


def _asked(item: object, names: Sequence[str]) -> Text:
    if isinstance(item, str | Path):
        first = read_text(item)
    elif isinstance(item, Mapping):
        if any(name in item for name in names):
            return in_row(item, names)
        first = typed(item.get(TYPED))
    else:
        raise DataError(f"A text, a file of text or a row of texts was expected, but got {type(item).__name__}.")
    return (first, *("" for _ in names[1:]))
