"""Whether an ONNX file holds plain nodes and its own numbers alone, read from its bytes as protobuf lays them out.

The onnx package is not at hand where exported models run. A graph from a stranger could name files beside it as the
place of its numbers, operators of libraries that are not ours, or graphs inside graphs, none of which an export has.

What guards against what: the hashes of the manifest find damage, and nothing that is meant, since whoever changes a
file can change them too; this module keeps a graph from reading files and from foreign code; ONNX Runtime checks that
what is left is a graph at all; and only the limits of a process (:mod:`exporters.verify.environment`, the container's)
keep one from asking for all memory.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from exporters.standalone.errors import NotAPackage

DOMAINS = {b"", b"ai.onnx", b"ai.onnx.ml"}

_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_LONGEST_VARINT = 10
_KEY_BITS = 32  # parsers of protobuf cut off what is above, and would see another field than is seen here
MAX_FIELDS = 20_000_000
# numbers of fields, from onnx.proto
_MODEL_GRAPH, _MODEL_FUNCTIONS, _MODEL_OPSETS = 7, 25, 8
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SPARSE = 1, 5, 15
_NODE_ATTRIBUTE, _NODE_DOMAIN = 5, 7
_ATTRIBUTE_TENSOR = 5
_ATTRIBUTE_NESTED = {6, 10, 11, 22, 23}  # a graph, tensors, graphs, sparse tensors
_TENSOR_EXTERNAL, _TENSOR_LOCATION = 13, 14
_OPSET_DOMAIN = 1

# numbers of an attribute stand one by one (floats = 7, ints = 8), millions of them where there are trees
_NOTHING = re.compile(rb"")
_NUMBERS = re.compile(rb"(?:\x3d[\x00-\xff]{4}|\x40[\x80-\xff]{0,9}[\x00-\x7f])*+")

Budget = Iterator[int]
Check = Callable[[memoryview, Budget], None]


def check_plain(path: Path) -> None:
    """Let pass an ONNX file that holds plain nodes and its own numbers alone.

    Raises:
        NotAPackage: it is damaged, refers to other files, or holds what no export has.
    """
    with path.open("rb") as file:
        if not file.read(1):
            raise NotAPackage("The model is empty (0 bytes). Export it again.")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as content:
            problem = problem_in(content)
    if problem is not None:
        raise NotAPackage(problem)


def problem_in(content: memoryview) -> str | None:
    """Return what is not plain in the bytes of an ONNX file, in words, or None.

    An exception would keep hold of parts of the file, which could not be closed.
    """
    try:
        _walk(
            content, iter(range(MAX_FIELDS)), {_MODEL_GRAPH: _graph, _MODEL_FUNCTIONS: _refuse, _MODEL_OPSETS: _opset}
        )
    except NotAPackage as error:
        return str(error)
    return None


def _graph(content: memoryview, budget: Budget) -> None:
    _walk(content, budget, {_GRAPH_NODE: _node, _GRAPH_INITIALIZER: _tensor, _GRAPH_SPARSE: _refuse})


def _node(content: memoryview, budget: Budget) -> None:
    _walk(content, budget, {_NODE_ATTRIBUTE: _attribute, _NODE_DOMAIN: _domain})


def _attribute(content: memoryview, budget: Budget) -> None:
    _walk(content, budget, {_ATTRIBUTE_TENSOR: _tensor, **dict.fromkeys(_ATTRIBUTE_NESTED, _refuse)}, _NUMBERS)


def _opset(content: memoryview, budget: Budget) -> None:
    _walk(content, budget, {_OPSET_DOMAIN: _domain})


def _domain(content: memoryview, budget: Budget) -> None:
    if bytes(content[:20]) not in DOMAINS:
        _refuse(content, budget)


def _tensor(content: memoryview, budget: Budget) -> None:
    for number, kind, value in fields_of(content, budget):
        if number == _TENSOR_EXTERNAL or (number == _TENSOR_LOCATION and (kind != _VARINT or value != 0)):
            raise NotAPackage("The model takes its numbers from other files, so it was not opened. Export it again.")


def _refuse(content: memoryview, budget: Budget) -> None:
    raise NotAPackage("The model holds parts that no export of this program has, so it was not opened.")


def _walk(
    content: memoryview, budget: Budget, checks: Mapping[int, Check], passed_over: re.Pattern[bytes] = _NOTHING
) -> None:
    for number, kind, value in fields_of(content, budget, passed_over):
        check = checks.get(number)
        if check is None:
            continue
        if kind != _LENGTH or isinstance(value, int):
            raise _damaged()
        check(value, budget)


def fields_of(
    content: memoryview, budget: Budget, passed_over: re.Pattern[bytes] = _NOTHING
) -> Iterator[tuple[int, int, int | memoryview]]:
    """Yield the number, the wire type and the value of each field of a message, but for runs of ``passed_over``."""
    place, end = 0, len(content)
    while place < end:
        run = passed_over.match(content, place)
        if run is not None and run.end() > place:
            place = run.end()
            continue
        if next(budget, None) is None:
            raise NotAPackage(f"The model has more than {MAX_FIELDS:,} parts, so it was not opened. Export it again.")
        key, place = _varint(content, place)
        if key >> _KEY_BITS or not key >> 3:
            raise _damaged()
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, place = _varint(content, place)
            yield number, kind, value
            continue
        if kind == _LENGTH:
            size, place = _varint(content, place)
        elif kind in _FIXED:
            size = _FIXED[kind]
        else:
            raise _damaged()
        if place + size > end:
            raise _damaged()
        yield number, kind, content[place : place + size]
        place += size


def _varint(content: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(_LONGEST_VARINT):
        if place >= len(content):
            raise _damaged()
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, place
    raise _damaged()


def _damaged() -> NotAPackage:
    return NotAPackage("The model is not an ONNX file, or it is damaged. Export it again.")
