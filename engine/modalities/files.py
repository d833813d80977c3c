"""What samples that are files have in common, whatever is in the files. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from typing_extensions import override

from engine.arrays import Float32Array, IntArray
from engine.errors import DataError
from engine.modalities.remembered import let_go
from engine.patience import Patience
from engine.samples import Samples

M = TypeVar("M")


class FileSamples(Samples, Generic[M]):
    """An ordered set of files, decoded when wanted. ``content`` holds the hashes of their bytes, None where unknown.

    ``cache`` is the folder where features computed from them are kept, None for nowhere; ``known`` holds those that
    were computed for all of them, float32 [n, d], by feature kind; ``decoded`` what is in them, where that is at hand.
    """

    def __init__(
        self,
        references: Sequence[str],
        content: Sequence[str | None],
        cache: Path | None = None,
        decoded: Sequence[M] | None = None,
    ) -> None:
        self.references = tuple(references)
        self.content = tuple(content)
        self.cache = cache
        self.known: dict[str, Float32Array] = {}
        self._decoded = None if decoded is None else tuple(decoded)
        self._patience: Patience | None = None

    @classmethod
    def from_paths(cls, paths: Sequence[str | Path], cache: Path | None = None) -> Self:
        """Return these files; their content is not hashed."""
        return cls([str(path) for path in paths], [None] * len(paths), cache)

    @classmethod
    def from_decoded(cls, decoded: Sequence[M]) -> Self:
        """Return samples of which there are no files."""
        return cls([f"sample {row}" for row in range(len(decoded))], [None] * len(decoded), None, decoded)

    @override
    def __len__(self) -> int:
        return len(self.references)

    @override
    def take(self, rows: IntArray) -> Self:
        wanted = [int(row) for row in rows]
        taken = type(self)(
            [self.references[row] for row in wanted],
            [self.content[row] for row in wanted],
            self.cache,
            None if self._decoded is None else [self._decoded[row] for row in wanted],
        )
        taken.known = {kind: features[wanted] for kind, features in self.known.items()}
        return taken

    def forget(self) -> None:
        """Let go of the features that nobody uses: memory ran short. They lie on disk, or are computed anew."""
        let_go(self.known)

    def hurry(self, patience: Patience) -> None:
        """Have ``patience`` checked before each file is opened."""
        self._patience = patience

    def opened(self, row: int, decode: Callable[[str], M]) -> M:
        """Return what is in one file, which ``decode`` knows from its path.

        Raises:
            DataError: the file cannot be decoded.
            OutOfPatience: the files before it have taken too long, where somebody is in a hurry.
        """
        if self._patience is not None:
            self._patience.check()
        return decode(self.references[row]) if self._decoded is None else self._decoded[row]


def unless_broken(decode: Callable[[], M]) -> M | None:
    """Return what ``decode`` does, or None where it raises a DataError."""
    try:
        return decode()
    except DataError:
        return None


def asked(items: Sequence[Any], decode: Callable[[str], M]) -> tuple[list[M], dict[int, str]]:
    """Return what is in the files at these paths, and what is wrong with those that cannot be decoded, by place."""
    decoded: list[M] = []
    problems: dict[int, str] = {}
    for place, item in enumerate(items):
        try:
            decoded.append(decode(str(item)))
        except DataError as error:
            problems[place] = str(error)
    return decoded, problems
