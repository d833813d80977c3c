"""fastText: its own search of settings on a tenth of the texts for six tenths of the time, then all texts."""

from __future__ import annotations

import random
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import fasttext
import numpy as np

from tests.benchmarks.peers import common

_SEARCH = 0.6  # of the time; the last model is trained after it
_HELD = 10
_KEPT = ("lr", "dim", "ws", "epoch", "minCount", "neg", "wordNgrams", "bucket", "minn", "maxn", "t")


def _line(text: str) -> str:
    """Return a text on one line, in small letters, with spaces around punctuation and around each Chinese character."""
    return " ".join(re.sub(r"([\u4e00-\u9fff]|[^\w\s])", r" \1 ", text.lower()).split())


def _write(path: Path, texts: list[str], codes: list[int]) -> str:
    lines = (f"__label__{code} {text}" for text, code in zip(texts, codes, strict=True))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def _answers(model: Any, texts: list[str], classes: int) -> Any:
    probabilities = np.zeros((len(texts), classes))
    for row, text in enumerate(texts):
        labels, values = model.predict(text, k=-1)
        for label, value in zip(labels, values, strict=True):
            probabilities[row, int(label.removeprefix("__label__"))] = value
    return probabilities / probabilities.sum(axis=1, keepdims=True)


def main() -> None:
    """Search, fit, predict, write."""
    job = common.job()
    texts, codes = [_line(text) for text in job.train.texts(job.case.target)], [int(code) for code in job.codes]
    order = list(range(len(texts)))
    random.Random(job.seed).shuffle(order)
    held, rest = order[::_HELD], [row for number, row in enumerate(order) if number % _HELD]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [
            _write(folder / part, [texts[row] for row in rows], [codes[row] for row in rows])
            for part, rows in (("rest", rest), ("held", held), ("all", order))
        ]
        seconds = max(2, int(_SEARCH * job.left))
        found = fasttext.train_supervised(
            parts[0], autotuneValidationFile=parts[1], autotuneDuration=seconds, thread=2, verbose=0
        )
        given = found.f.getArgs()
        settings = {name: getattr(given, name) for name in _KEPT}
        model = fasttext.train_supervised(parts[2], **settings, loss="softmax", thread=2, verbose=0)
        since = time.monotonic()
        answers = _answers(model, [_line(text) for text in job.test.texts(job.case.target)], len(job.classes))
        job.measured(since)
        model.save_model(str(folder / "model"))
        job.weighs((folder / "model").stat().st_size / common.MEGABYTE)
    job.notes["settings"] = ", ".join(f"{name} {value:g}" for name, value in settings.items())
    job.write(answers)


if __name__ == "__main__":
    main()
