"""A graph without its large numbers, which stay in their file: opened so, they are not in memory twice.

ONNX Runtime reads a whole file, copies the numbers out of it and keeps much of both. Where a graph says that its
numbers lie in a file, it maps that file instead: it lets go of what it packs in its own way, and of a table of words
only the rows that are asked for take room. The file may be the very one that the graph stands in.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from exporters.standalone.errors import NotAPackage
from exporters.standalone.wire import MAX_FIELDS, Budget, fields_of

_LEAST_BYTES = 1 << 16  # smaller numbers move along with the graph
_LEAST_SHARE = 0.5
_VARINT, _LENGTH = 0, 2
# numbers of fields, from onnx.proto
_MODEL_GRAPH, _GRAPH_INITIALIZER = 7, 5
_TENSOR_RAW, _TENSOR_EXTERNAL, _TENSOR_LOCATION = 9, 13, 14
_ENTRY_KEY, _ENTRY_VALUE = 1, 2


def without_numbers(path: Path) -> bytes | None:
    """Return the graph in the ONNX file at ``path``, its large numbers named by their places in that file.

    None where little would be gained, where the file cannot be read so, and on Windows, which would not let go of it.
    """
    if os.name == "nt" or path.stat().st_size < _LEAST_BYTES:
        return None
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as content,
    ):
        try:
            return _Slim(path.name, content).model()
        except NotAPackage:
            return None


class _Slim:
    def __init__(self, name: str, content: memoryview) -> None:
        self._name = name.encode()
        self._content = content
        self._begin = _address(content)
        self._budget: Budget = iter(range(MAX_FIELDS))
        self._left_out = 0

    def model(self) -> bytes | None:
        parts = list(self._model())
        return b"".join(parts) if self._left_out > _LEAST_SHARE * len(self._content) else None

    def _model(self) -> Iterator[bytes]:
        for number, kind, value in fields_of(self._content, self._budget):
            if number == _MODEL_GRAPH and isinstance(value, memoryview):
                yield _written(number, kind, b"".join(self._graph(value)))
            else:
                yield _written(number, kind, value)

    def _graph(self, content: memoryview) -> Iterator[bytes]:
        for number, kind, value in fields_of(content, self._budget):
            if number == _GRAPH_INITIALIZER and isinstance(value, memoryview) and len(value) >= _LEAST_BYTES:
                yield _written(number, kind, b"".join(self._tensor(value)))
            else:
                yield _written(number, kind, value)

    def _tensor(self, content: memoryview) -> Iterator[bytes]:
        for number, kind, value in fields_of(content, self._budget):
            if number == _TENSOR_RAW and isinstance(value, memoryview) and len(value) >= _LEAST_BYTES:
                self._left_out += len(value)
                yield from self._place(_address(value) - self._begin, len(value))
            else:
                yield _written(number, kind, value)

    def _place(self, offset: int, length: int) -> Iterator[bytes]:
        facts = {b"location": self._name, b"offset": b"%d" % offset, b"length": b"%d" % length}
        for key, value in facts.items():
            entry = _written(_ENTRY_KEY, _LENGTH, key) + _written(_ENTRY_VALUE, _LENGTH, value)
            yield _written(_TENSOR_EXTERNAL, _LENGTH, entry)
        yield _written(_TENSOR_LOCATION, _VARINT, 1)


def _address(content: memoryview) -> int:
    return int(np.frombuffer(content, dtype=np.uint8).ctypes.data)


def _written(number: int, kind: int, value: int | bytes | memoryview) -> bytes:
    key = _varint(number << 3 | kind)
    if isinstance(value, int):
        return key + _varint(value)
    return b"".join((key, _varint(len(value)) if kind == _LENGTH else b"", value))


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))
