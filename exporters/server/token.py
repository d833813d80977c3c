"""The token that requests must carry, from where the person put it."""

from __future__ import annotations

from pathlib import Path

_MOST = 4096


class BadToken(Exception):
    """The token cannot be used; the message says why."""


def token_of(word: str | None, file: Path | None) -> str | None:
    """Return the token of a file, else ``word``; None where there is neither.

    Raises:
        BadToken: the file cannot be read, or the token is empty or holds what no header can.
    """
    if file is not None:
        try:
            with file.open(encoding="ascii") as lines:
                word = lines.read(_MOST + 1).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadToken(f"The token file {file} cannot be read as plain text. Name another.") from error
        if not word:
            raise BadToken(f"The token file {file} is empty, so the server was not started. Write a token into it.")
    if not word:
        return None
    if len(word) > _MOST or not word.isascii() or not word.isprintable() or word != word.strip() or " " in word:
        raise BadToken(f"A token is up to {_MOST} plain letters, digits and signs without spaces. Choose another.")
    return word
