"""Texts: typed, in the columns of a row, or in the bytes of a file, read as the studio read those it learned from."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.modalities.text.decode import MAX_BYTES, decode, holds_text, in_row, typed
from engine.task import Task
from exporters.standalone.described import TOKENIZER
from exporters.standalone.errors import Unreadable
from exporters.standalone.text import Featurizer, Text

TYPED = "text"  # the key of a text that lies in no column


class TextReader:
    """Reads texts. An item holds the text of each column, one where there are no columns."""

    def __init__(self, folder: Path, task: Task, manifest: Mapping[str, Any]) -> None:
        words = folder / TOKENIZER if TOKENIZER in manifest["files"] else None
        self._featurizer = Featurizer(manifest["reading"], words)
        self.columns = tuple(column.name for column in task.columns)
        self._names = self.columns or (TYPED,)

    def read(self, raw: bytes | str | Mapping[str, object]) -> Text:
        """Return the texts of one sample; of several columns, a text alone stands in the first."""
        if isinstance(raw, Mapping):
            if not any(name in raw for name in (*self._names, TYPED)):
                raise Unreadable(f"This model takes texts. Send them under the names {', '.join(self._names[:20])}.")
            if any(name in raw for name in self.columns):
                return in_row(raw, self.columns)
            first = typed(raw.get(TYPED))
        else:
            first = typed(raw) if isinstance(raw, str) else _in_file(raw)
        return (first, *("" for _ in self._names[1:]))

    def kin(self, item: Text) -> Hashable:
        """Return what items of one call share."""
        return self._featurizer.kin(item)

    def most(self, item: Text) -> int:
        """Return how many items like this one fit in a call."""
        return self._featurizer.most(item)

    def blank(self) -> Text:
        """Return the smallest sample there is."""
        return ("",) * len(self._names)

    def feeds(self, items: Sequence[Text]) -> dict[str, np.ndarray[Any, Any]]:
        """Return what the graph takes for these items."""
        return self._featurizer.feeds(items)


def _in_file(raw: bytes) -> str:
    text = decode(raw[:MAX_BYTES])
    if not holds_text(text):
        raise Unreadable("The file holds no text. Send plain text.")
    return text
