"""Tensors as the Open Inference Protocol sends them: JSON or raw bytes, checked before anything is allocated."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exporters.server.refused import Refused

Tensor = npt.NDArray[Any]

ROWS = "N"  # how a manifest calls the number of samples
BYTES = "BYTES"
DATATYPES = {
    "bool": "BOOL",
    "uint8": "UINT8",
    "uint16": "UINT16",
    "uint32": "UINT32",
    "uint64": "UINT64",
    "int8": "INT8",
    "int16": "INT16",
    "int32": "INT32",
    "int64": "INT64",
    "float16": "FP16",
    "float32": "FP32",
    "float": "FP32",
    "float64": "FP64",
    "double": "FP64",
    "string": BYTES,
}
_NUMPY = {
    name: np.dtype("float32" if word == "float" else word) for word, name in DATATYPES.items() if word != "string"
}
_STRING_BYTES = 64  # what a string is taken for before it is built


@dataclass(frozen=True)
class Spec:
    """A tensor of the graph: ``shape`` has -1 for what may vary.

    ``listed`` says that its first axis counts entries of lists, not samples: there may be any number, also none.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    listed: bool = False

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> Spec:
        """Return the tensor that an entry of the manifest describes."""
        shape = tuple(size if isinstance(size, int) else -1 for size in described["shape"])
        listed = shape[:1] == (-1,) and described["shape"][0] != ROWS
        return cls(str(described["name"]), DATATYPES[str(described["type"])], shape, listed)

    def to_json(self) -> dict[str, object]:
        """Return the metadata of the tensor."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}

    def check_shape(self, shape: Any, limit: int) -> tuple[int, ...]:
        """Return ``shape`` as sizes if it fits and its tensor takes at most ``limit`` bytes.

        Raises:
            Refused: it does not (400, 413).
        """
        whole = isinstance(shape, list) and all(type(size) is int and 0 <= size < 2**31 for size in shape)
        if not whole or not all(shape[self.listed :]):
            raise Refused(400, f"The shape of “{self.name}” has to be a list of whole numbers above 0.")
        fits = len(shape) == len(self.shape) and all(a in (-1, b) for a, b in zip(self.shape, shape, strict=True))
        if not fits:
            raise Refused(400, f"“{self.name}” has to have the shape {list(self.shape)}, but got {shape[:8]}.")
        if math.prod(shape) * self.item_bytes > limit:
            raise Refused(413, f"“{self.name}” would take more than {limit / 1e6:g} MB. Send less at once.")
        return tuple(shape)

    @property
    def item_bytes(self) -> int:
        """Bytes of one element."""
        return _STRING_BYTES if self.datatype == BYTES else _NUMPY[self.datatype].itemsize


def from_json(spec: Spec, shape: tuple[int, ...], data: Any) -> Tensor:
    """Return the tensor in ``data``, flat or nested, in row-major order; null is a missing number.

    Raises:
        Refused: the number or type of its elements is another (400).
    """
    flat = _flat(data, math.prod(shape), spec)
    if spec.datatype == BYTES:
        return _strings(flat, spec).reshape(shape)
    wanted = _NUMPY[spec.datatype]
    if wanted.kind == "f":
        flat = [math.nan if value is None else value for value in flat]
    if not set(map(type, flat)) <= _json_types(wanted.kind):
        raise _wrong(spec)
    try:
        return np.array(flat, dtype=wanted).reshape(shape)
    except (OverflowError, ValueError, TypeError) as error:
        raise _wrong(spec) from error


def from_bytes(spec: Spec, shape: tuple[int, ...], raw: bytes) -> Tensor:
    """Return the tensor whose elements lie in ``raw``, little-endian; strings each behind their length in 4 bytes.

    Raises:
        Refused: the number of bytes is another (400).
    """
    count = math.prod(shape)
    if spec.datatype == BYTES:
        return _strings(_split(raw, count, spec), spec).reshape(shape)
    wanted = _NUMPY[spec.datatype]
    if len(raw) != count * wanted.itemsize:
        raise Refused(400, f"“{spec.name}” needs {count * wanted.itemsize:,} bytes of data, but got {len(raw):,}.")
    if wanted.kind == "b" and raw.strip(b"\0\1"):
        raise _wrong(spec)
    return np.frombuffer(raw, dtype=wanted.newbyteorder("<")).astype(wanted).reshape(shape)


def to_bytes(values: Tensor) -> bytes:
    """Return the elements as :func:`from_bytes` reads them."""
    if values.dtype == object:
        words = [str(value).encode() for value in values.ravel()]
        return b"".join(struct.pack("<I", len(word)) + word for word in words)
    return values.astype(values.dtype.newbyteorder("<")).tobytes()


def to_json(values: Tensor) -> list[Any]:
    """Return the elements in row-major order; what is no finite number is null, which JSON has no word for."""
    flat: list[Any] = values.ravel().tolist()
    return [None if isinstance(value, float) and not math.isfinite(value) else value for value in flat]


def _flat(data: Any, count: int, spec: Spec) -> list[Any]:
    if not isinstance(data, list):
        raise Refused(400, f"The data of “{spec.name}” has to be a list.")
    flat: list[Any] = data
    while flat and isinstance(flat[0], list):
        if not all(isinstance(part, list) for part in flat):
            raise Refused(400, f"The data of “{spec.name}” is nested unevenly.")
        flat = [value for part in flat for value in part]
    if len(flat) != count:
        raise Refused(400, f"“{spec.name}” needs {count:,} values for its shape, but got {len(flat):,}.")
    return flat


def _json_types(kind: str) -> set[type]:
    if kind == "b":
        return {bool}
    return {int, float} if kind == "f" else {int}


def _strings(values: Sequence[Any], spec: Spec) -> Tensor:
    if not all(isinstance(value, str) for value in values):
        raise _wrong(spec)
    return np.array(values, dtype=object)


def _split(raw: bytes, count: int, spec: Spec) -> list[str]:
    words: list[bytes] = []
    place = 0
    while place + 4 <= len(raw) and len(words) < count:
        (size,) = struct.unpack_from("<I", raw, place)
        words.append(raw[place + 4 : place + 4 + size])
        place += 4 + size
    if len(words) != count or place != len(raw):
        raise Refused(400, f"The bytes of “{spec.name}” do not hold {count:,} strings, each behind its length.")
    try:
        return [word.decode() for word in words]
    except UnicodeDecodeError as error:
        raise Refused(400, f"“{spec.name}” holds text that is not UTF-8.") from error


def _wrong(spec: Spec) -> Refused:
    return Refused(400, f"“{spec.name}” holds values that are not {spec.datatype}.")
