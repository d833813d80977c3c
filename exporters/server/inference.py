"""The Open Inference Protocol, version 2: raw tensors of the graph, as JSON or with its extension for binary data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporters.server.deadline import Deadline
from exporters.server.friendly import Asking
from exporters.server.raw_calls import check_call, pixels_in, rows_of
from exporters.server.refused import Refused
from exporters.server.settings import Limits
from exporters.server.strict_json import parse_json
from exporters.server.tensors import Spec, Tensor, from_bytes, from_json, to_bytes, to_json
from exporters.standalone.package import NotAPackage

VERSION = "1"
PLATFORM = "onnx_onnxv1"
EXTENSIONS = ("binary_tensor_data",)
HEADER_LENGTH = "inference-header-content-length"


@dataclass(frozen=True)
class Reply:
    """The body of a reply; ``header`` is how many of its bytes are JSON, None where all are."""

    body: bytes
    header: int | None


class Inference:
    """The model as the protocol sees it."""

    def __init__(self, asking: Asking, limits: Limits) -> None:
        package = asking.package
        self._asking = asking
        self._package = package
        self._limits = limits
        self.name = str(package.manifest["name"])
        self._inputs = {str(entry["name"]): Spec.of(entry) for entry in package.manifest["inputs"]}
        self._outputs = {str(entry["name"]): Spec.of(entry) for entry in package.manifest["outputs"]}

    def metadata(self) -> dict[str, object]:
        """Return what the model takes and answers."""
        return {
            "name": self.name,
            "versions": [VERSION],
            "platform": PLATFORM,
            "inputs": [spec.to_json() for spec in self._inputs.values()],
            "outputs": [spec.to_json() for spec in self._outputs.values()],
        }

    def infer(self, body: bytes, header: str | None, deadline: Deadline) -> Reply:
        """Answer a request whose first ``header`` bytes are JSON, all of them where it is None.

        Raises:
            Refused: the request does not keep to the protocol or to what the model takes (400, 413, 422), or its answer
                takes too long (504).
        """
        size = _header_size(header, len(body))
        request = parse_json(body[:size], self._limits)
        if not isinstance(request, dict):
            raise Refused(400, "The request has to be a JSON object with “inputs”.")
        feeds = self._feeds(_objects(request, "inputs"), body[size:])
        wanted = self._wanted(request)
        check_call(self._package, feeds, self._limits)
        pixels = pixels_in(self._package, feeds)
        with self._asking.answering(rows_of(self._package, feeds), deadline):
            try:
                values = self._asking.call([name for name, _ in wanted], feeds, pixels, deadline)
            except NotAPackage as error:
                said = "The model cannot be run on these tensors. Its metadata says what it takes."
                raise Refused(400, said) from error
            return self._reply(request, wanted, values)

    def _feeds(self, inputs: Sequence[Mapping[str, Any]], raw: bytes) -> dict[str, Tensor]:
        feeds: dict[str, Tensor] = {}
        place = 0
        for entry in inputs:
            spec = self._spec(entry, self._inputs, "input")
            if spec.name in feeds:
                raise Refused(400, f"“{spec.name}” was sent twice.")
            shape = spec.check_shape(entry.get("shape"), self._limits.tensors)
            size = _binary_size(entry)
            if size is None:
                feeds[spec.name] = from_json(spec, shape, entry.get("data"))
                continue
            if place + size > len(raw):
                raise Refused(400, f"The binary data of “{spec.name}” was cut off.")
            feeds[spec.name] = from_bytes(spec, shape, raw[place : place + size])
            place += size
        if place != len(raw):
            raise Refused(400, f"{len(raw) - place:,} bytes of binary data belong to no input.")
        self._check_complete(feeds)
        return feeds

    def _spec(self, entry: Mapping[str, Any], known: Mapping[str, Spec], what: str) -> Spec:
        name = entry.get("name")
        spec = known.get(name) if isinstance(name, str) else None
        if spec is None:
            raise Refused(400, f"The model has no {what} {str(name)[:60]!r}. It has {_named(known)}.")
        if what == "input" and entry.get("datatype") != spec.datatype:
            said = str(entry.get("datatype"))[:20]
            raise Refused(400, f"“{spec.name}” has to be {spec.datatype}, but got {said!r}.")
        return spec

    def _check_complete(self, feeds: Mapping[str, Tensor]) -> None:
        missing = {name: spec for name, spec in self._inputs.items() if name not in feeds}
        if missing:
            raise Refused(400, f"These inputs are missing: {_named(missing)}.")
        if sum(value.nbytes for value in feeds.values()) > self._limits.tensors:
            raise Refused(413, f"The inputs take more than {self._limits.tensors / 1e6:g} MB. Send less at once.")
        counting = [name for name, spec in self._inputs.items() if spec.shape[:1] == (-1,) and not spec.listed]
        if len({feeds[name].shape[0] for name in counting}) > 1 and self._package.modality == "table":
            raise Refused(400, "All columns have to have the same number of rows.")

    def _wanted(self, request: Mapping[str, Any]) -> list[tuple[str, bool]]:
        """Return the names of the outputs to answer, and whether each is to be binary."""
        usual = _flag(request, "binary_data_output", False)
        if not request.get("outputs"):
            return [(name, usual) for name in self._outputs]
        entries = _objects(request, "outputs")
        wanted: dict[str, bool] = {}
        for entry in entries:
            spec = self._spec(entry, self._outputs, "output")
            if spec.name in wanted:
                raise Refused(400, f"“{spec.name}” was asked for twice.")
            wanted[spec.name] = _flag(entry, "binary_data", usual)
        return list(wanted.items())

    def _reply(self, request: Mapping[str, Any], wanted: Sequence[tuple[str, bool]], values: Sequence[Tensor]) -> Reply:
        outputs: list[dict[str, object]] = []
        chunks: list[bytes] = []
        for (name, binary), value in zip(wanted, values, strict=True):
            entry: dict[str, object] = {
                "name": name,
                "datatype": self._outputs[name].datatype,
                "shape": list(value.shape),
            }
            if binary:
                chunks.append(to_bytes(value))
                entry["parameters"] = {"binary_data_size": len(chunks[-1])}
            else:
                entry["data"] = to_json(value)
            outputs.append(entry)
        said = request.get("id")
        identity = {"id": said} if isinstance(said, str) else {}
        answer = {"model_name": self.name, "model_version": VERSION, **identity, "outputs": outputs}
        words = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
        return Reply(words + b"".join(chunks), len(words) if chunks else None)


def _header_size(said: str | None, total: int) -> int:
    if said is None:
        return total
    if not said.isascii() or not said.isdigit() or len(said) > 12 or int(said) > total:
        raise Refused(400, "Inference-Header-Content-Length is not a number of bytes within the request.")
    return int(said)


def _objects(request: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    entries = request.get(name)
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Refused(400, f"“{name}” has to be a list of objects, at least one.")
    return entries


def _parameters(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters = entry.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise Refused(400, "“parameters” has to be an object.")
    return parameters


def _flag(entry: Mapping[str, Any], name: str, usual: bool) -> bool:
    value = _parameters(entry).get(name, usual)
    if not isinstance(value, bool):
        raise Refused(400, f"“{name}” has to be true or false.")
    return value


def _binary_size(entry: Mapping[str, Any]) -> int | None:
    size = _parameters(entry).get("binary_data_size")
    if size is None:
        return None
    if type(size) is not int or size < 0:
        raise Refused(400, "“binary_data_size” has to be a number of bytes.")
    if "data" in entry:
        raise Refused(400, "An input has either “data” or binary data, not both.")
    return size


def _named(known: Mapping[str, Spec]) -> str:
    names = [f"“{name[:60]}”" for name in list(known)[:10]]
    return ", ".join(names) + (", …" if len(known) > 10 else "")
