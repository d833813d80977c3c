"""Find out how a text table is written: encoding, separator, header.

Only the first part of a file is looked at; the encoding alone is checked over the whole of it.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from engine.separated import SNIFFED_BYTES, encoding_of, layout_of, looks_binary
from labeling.errors import ImportRefused

CHUNK = 1 << 24


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written.

    Attributes:
        encoding: a Python codec name.
        delimiter: one of :data:`engine.separated.DELIMITERS`.
        header: whether the first row names the columns.
        names: a unique name for each column.
        quoted: whether ``"`` encloses values.
        plain: whether the file can be read as it is: UTF-8 without byte order mark, NUL, bare CR or blank start.
        nulls: whether NUL characters have to be taken out.
        repeated: names that several columns have.
        decimal_comma: whether ``1,5`` means one and a half; None where nothing in the table tells.
    """

    encoding: str
    delimiter: str
    header: bool
    names: tuple[str, ...]
    quoted: bool
    plain: bool
    nulls: bool
    repeated: tuple[str, ...] = ()
    decimal_comma: bool | None = None


def sniff(path: Path, known: Collection[str] = ()) -> Dialect:
    """Return the dialect of the text table at ``path``, which is to have ``known`` columns.

    Raises:
        ImportRefused: the file is empty, binary or has no rows.
    """
    with path.open("rb") as file:
        head = file.read(SNIFFED_BYTES)
    if not head.strip():
        raise ImportRefused(f"{path.name} is empty, so there is nothing to take in. Choose a table with rows.")
    encoding = encoding_of(head, lambda name: _decodes(path, name))
    text = _text(head, encoding, path.name)
    nulls = "\0" in text
    text = text.replace("\0", "")
    bare_cr = "\r" in text and "\n" not in text
    layout = layout_of(text, whole=len(head) < SNIFFED_BYTES, known=known)
    if layout is None:
        raise ImportRefused(f"{path.name} holds no rows. Choose a table with a row for each example.")
    plain = encoding == "utf-8" and not nulls and not bare_cr and text[:1].strip() != ""
    return Dialect(
        encoding, layout.delimiter, layout.header, layout.names, layout.quoted, plain, nulls, layout.repeated,
        layout.decimal_comma,
    )  # fmt: skip


def transcode(source: Path, dialect: Dialect, target: Path) -> None:
    """Write ``source`` as plain UTF-8 with line feeds as line ends and no NUL characters.

    Raises:
        ImportRefused: some bytes mean nothing in the file's encoding.
    """
    try:
        with (
            source.open(encoding=dialect.encoding, newline=None) as incoming,
            target.open("w", encoding="utf-8", newline="") as outgoing,
        ):
            start = ""
            while not start and (chunk := incoming.read(CHUNK)):
                start = chunk.replace("\0", "").lstrip("\n")
            outgoing.write(start)
            while chunk := incoming.read(CHUNK):
                outgoing.write(chunk.replace("\0", ""))
    except UnicodeError as error:
        raise ImportRefused(
            f"{source.name} starts as {dialect.encoding} text but has bytes that mean nothing in it. "
            "Save it again as UTF-8 and choose it once more."
        ) from error


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _text(head: bytes, encoding: str, name: str) -> str:
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    if looks_binary(text):
        raise ImportRefused(
            f"{name} is not a text table: it holds binary data. Save the table as CSV, XLSX or Parquet and choose that."
        )
    return text
