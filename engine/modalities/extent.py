"""How large the samples of a dataset are: one number, to tell alike datasets from unlike ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

from engine.dataset import INPUT_PREFIX, Dataset
from engine.errors import DataError
from engine.task import ColumnType, Modality, Task

LOOKED_AT = 32


def extent(dataset: Dataset | None, task: Task) -> float | None:
    """Return the longer side of pictures, the seconds of sounds, the characters of texts or the columns of a table.

    Medians over a few samples spread over the dataset; None where none could be read, or there is no dataset and it
    matters.
    """
    if task.modality is Modality.TABLE:
        return float(len(task.columns))
    if dataset is None:
        return None
    rows = range(0, len(dataset), max(1, len(dataset) // LOOKED_AT))
    if task.modality is Modality.TEXT and task.columns:
        return _characters(dataset, task, list(rows))
    references = dataset.frame["reference"]
    look = _LOOKS[task.modality]
    sizes = [size for row in rows if (size := look(Path(references[row]))) is not None]
    return float(median(sizes)) if sizes else None


def _characters(dataset: Dataset, task: Task, rows: list[int]) -> float | None:
    names = [INPUT_PREFIX + column.name for column in task.columns if column.type is ColumnType.TEXT]
    cells = dataset.frame[rows].select(name for name in names if name in dataset.frame.columns)
    lengths = [sum(len(cell or "") for cell in row) for row in cells.iter_rows()]
    return float(median(lengths)) if lengths else None


def _side(path: Path) -> float | None:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return float(max(picture.size))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _seconds(path: Path) -> float | None:
    import soundfile

    try:
        return float(soundfile.info(path).duration)
    except (OSError, RuntimeError):
        return None


def _letters(path: Path) -> float | None:
    from engine.modalities.text.decode import read_text

    try:
        return float(len(read_text(path)))
    except DataError:
        return None


_LOOKS: dict[Modality, Callable[[Path], float | None]] = {
    Modality.IMAGE: _side,
    Modality.AUDIO: _seconds,
    Modality.TEXT: _letters,
}
