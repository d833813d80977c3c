"""The words of the sentence network: the numbers of its special ones, and what cuts texts into them. No torch here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PADDING, UNKNOWN, BEGIN, END = 0, 100, 101, 102


def load_tokenizer(path: Path) -> Tokenizer:
    """Return what cuts texts into the network's words, neither cut short nor padded."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
