"""Files and fields of a ``multipart/form-data`` body, taken from memory without a temporary file."""

from __future__ import annotations

from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from exporters.server.refused import Refused


@dataclass(frozen=True)
class Part:
    """One part: the name of its field, of its file where it is one, its own content type, and what it holds."""

    field: str
    file: str | None
    media_type: str
    content: bytes


def parse_form(body: bytes, content_type: str, most: int) -> list[Part]:
    """Return the parts of a form, at most ``most``.

    Raises:
        Refused: the form is damaged (400) or has more parts (413).
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise Refused(400, "The form names no boundary in its Content-Type. Let the client set that header itself.")
    reader = _Reader(body, most)
    try:
        parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise Refused(400, "The form is damaged or was cut off. Send it again.") from error
    if not reader.ended:
        raise Refused(400, "The form was cut off. Send it again.")
    return reader.parts


class _Reader:
    """Collects what the parser of python-multipart calls out."""

    def __init__(self, body: bytes, most: int) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._most = most
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value, self._content = bytearray(), bytearray(), bytearray()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_part_data": lambda data, start, end: self._content.extend(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.parts) >= self._most:
            raise Refused(413, f"The form has more than {self._most} parts. Send fewer at once.")
        self._headers, self._content = {}, bytearray()

    def _header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _end(self) -> None:
        options = parse_options_header(self._headers.get(b"content-disposition", b""))[1]
        file = options.get(b"filename")
        self.parts.append(
            Part(
                field=options.get(b"name", b"").decode(errors="replace"),
                file=None if file is None else file.decode(errors="replace"),
                media_type=media_type(self._headers.get(b"content-type", b"").decode("latin-1")),
                content=bytes(self._content),
            )
        )

    def _finish(self) -> None:
        self.ended = True


def media_type(content_type: str) -> str:
    """Return the type alone, in lower case: ``text/csv; charset=utf-8`` is ``text/csv``."""
    return content_type.partition(";")[0].strip().lower()
