"""Open annotation files from outside: JSON and XML within limits, and what is in them as what it should be."""

from __future__ import annotations

import codecs
import json
import math
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.encodings import chinese_or_korean
from labeling.errors import ImportRefused

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 1 << 30
MOST_XML_BYTES = 16 << 20
MOST_TEXT = 10_000  # characters of a name
MOST_SPACE = 100  # blanks between a key and its colon

SNIFFED_BYTES = 1 << 18
DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Object = dict[str, Any]


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        ImportRefused: it is none, or too large or too deeply nested.
    """
    try:
        return json.loads(read_text(path, MOST_BYTES))
    except RecursionError as error:
        raise ImportRefused(f"{path.name} is nested too deeply to be read. Write it anew with your tool.") from error
    except ValueError as error:
        raise ImportRefused(f"{path.name} is no JSON ({error}). Write it anew with your tool.") from error


def read_xml(path: Path) -> Element:
    """Return the root of an XML file, in which nothing is declared or fetched.

    Raises:
        ImportRefused: it is none, too large, or declares entities.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    data = _bytes(path, MOST_XML_BYTES)
    declared = DECLARED.match(data)
    text = _decoded(data, declared.group(1).decode("ascii") if declared else "")
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ImportRefused(
            f"{path.name} declares entities or a document type, which can be an attack, so it was not read."
        ) from error
    except (ParseError, ValueError) as error:
        raise ImportRefused(f"{path.name} is no XML ({error}).") from error
    return root


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """Return a text file as text: UTF-8 or UTF-16 with their marks, UTF-8, Chinese GB 18030, Korean CP949, or Latin-1.

    Raises:
        ImportRefused: it is too large or cannot be read.
    """
    return _decoded(_bytes(path, most))


def _bytes(path: Path, most: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > most:
            raise ImportRefused(f"{path.name} has {size >> 20:,} MB; the limit is {most >> 20:,} MB.")
        return path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"{path.name} could not be read ({error.strerror}).") from error


def _decoded(data: bytes, declared: str = "") -> str:
    """Return bytes as text; an encoding that the file itself declares counts where not all bytes mean something in it.

    One in which any byte means a letter is often declared by tools that write UTF-8.
    """
    marked = next((name for mark, name in MARKS if data.startswith(mark)), "")
    certain = "" if _is_single_byte(declared) else declared
    for encoding in filter(None, (marked, certain, "utf-8", declared)):
        with suppress(UnicodeError, LookupError):
            return data.decode(encoding)
    for encoding in chinese_or_korean(data[:SNIFFED_BYTES]):
        with suppress(UnicodeError):
            return data.decode(encoding)
    return data.decode("latin-1")


def _is_single_byte(encoding: str) -> bool:
    return encoding.lower().replace("_", "-").startswith(("iso-8859", "latin", "windows-125", "cp125", "koi8"))


def is_json_with(path: Path, opening: bytes, *keys: tuple[str, ...]) -> bool:
    """Return whether a file begins like JSON and names a key of each of ``keys``, wherever in it.

    Tools write the parts of a file in any order, each of any length, so that a look at its beginning tells too little.

    Args:
        path: the file.
        opening: ``{`` or ``[``, with which it has to begin.
        keys: names of which one has to be a key in the file, for as many things as have to be there.
    """
    try:
        with path.open("rb") as file:
            start = file.read(1 << 10).removeprefix(b"\xef\xbb\xbf").lstrip()
            if not start.startswith(opening):
                return False
            most = min(path.stat().st_size, MOST_BYTES)
            with _mapped(file, most) as content:
                return all(any(_has_key(content, key) for key in alike) for alike in keys)
    except (OSError, ValueError):
        return False


@contextmanager
def _mapped(file: BinaryIO, size: int) -> Iterator[mmap.mmap | bytes]:
    """Yield the first bytes of a file, read into memory where the drive, as one in a network, maps no files."""
    try:
        content = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    except OSError:
        file.seek(0)
        yield file.read(size)
    else:
        with content:
            yield content


def _has_key(content: mmap.mmap | bytes, key: str) -> bool:
    quoted, at = f'"{key}"'.encode(), -1
    while (at := content.find(quoted, at + 1)) >= 0:
        after = at + len(quoted)
        if content[after : after + MOST_SPACE].lstrip().startswith(b":"):
            return True
    return False


def objects(value: Any) -> list[Object]:
    """Return the objects in a JSON list; nothing where it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(value: Any) -> float:
    """Return a JSON or XML value as a number; not a number where it is none."""
    if isinstance(value, bool) or value is None:
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def name_of(value: Any) -> str:
    """Return a JSON or XML value as a name on one line, of what can be printed; empty where it is none."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    plain = " ".join(str(value).split())[:MOST_TEXT]
    return plain if plain.isprintable() else "".join(filter(str.isprintable, plain)).strip()


def text_of(value: str) -> str:
    """Return a text as it can be written: halves of characters, which JSON can hold, become question marks."""
    return value.encode("utf-8", "replace").decode("utf-8")


def size_of(width: Any, height: Any) -> tuple[int, int] | None:
    """Return a size in pixels, None where it is none."""
    w, h = number(width), number(height)
    return (int(w), int(h)) if math.isfinite(w) and math.isfinite(h) and w >= 1 and h >= 1 else None
