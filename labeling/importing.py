"""Take in files from outside: first understand, then read. Nothing is changed on the way.

Files are hostile until shown otherwise: folders are walked with limits and never left, pictures and tables are opened
within limits, and what cannot be used is left out and listed rather than failing the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.task import ColumnType, Kind, Task
from labeling.archives import is_archive, unpack
from labeling.batch import Batch, Watch, summed_up
from labeling.errors import ImportRefused
from labeling.understanding import NOUNS, TABLE_FORMAT, Understanding
from labeling.unpacked import keep, left_out, release

if TYPE_CHECKING:
    import polars as pl

    from engine.dataset import Dataset

Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]
Tell = Callable[[str], None]
Hear = Callable[[str, str], None]
NOT_UNPACKED = ("thing was left out or renamed in unpacking", "things were left out or renamed in unpacking")


def understand(
    path: Path | str,
    *,
    chosen: Sequence[str] = (),
    target: str | None = None,
    kind: Kind | None = None,
    kept: Sequence[str] = (),
    types: Mapping[str, ColumnType | None] | None = None,
    layout: str | None = None,
    apart: bool = True,
    parting: Sequence[str] | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Understanding:
    """Return what the files at ``path`` seem to be, reading as little as that takes.

    Args:
        path: a folder, a file, an archive or an AutoDL data set, which are unpacked first.
        chosen: files and folders in ``path``, if not all that is there was meant.
        target: the column to predict, if the person chose one.
        kind: what to predict, if the person chose.
        kept: columns of a table to learn from, although they look as if they said nothing or gave the answer away.
        types: how columns of a table are read, None for those to be left out; others as they look.
        layout: the format to read the files as, if the person chose one.
        apart: whether a part that the data sets apart is kept for the test.
        parting: columns of a table that may say which rows are kept for the test, if not any may.
        progress: told (done, total); a total of 0 means unknown.
        cancelled: asked now and then whether to stop.

    Raises:
        ImportRefused: nothing here can be taken in, with the reason.
        Cancelled: the person stopped it.
    """
    from labeling.formats import FORMATS
    from labeling.formats.base import Wishes
    from labeling.formats.layouts import modality_of, other_layouts
    from labeling.source import Source

    watch = Watch(progress, cancelled)
    with _unpacked(path, watch, chosen) as place:
        mine = tuple(chosen) if place == _absolute(path) else ()  # what was laid out is all that was meant
        source = Source(place, watch, chosen=mine, wanted=modality_of(layout))
        wishes = Wishes(target, kind, tuple(kept), types or {}, None if parting is None else tuple(parting))
        for format_ in FORMATS.values() if layout is None else (FORMATS[layout],):
            if layout is not None or format_.recognises(source):
                found = format_.understand(source, wishes)
                told = summed_up(left_out(place), *NOT_UNPACKED)
                return replace(
                    found,
                    chosen=source.chosen,
                    layouts=other_layouts(source, found),
                    apart=apart,
                    problems=(*told, *found.problems),
                )
        raise ImportRefused(_nothing_found(place))


def read(
    understanding: Understanding,
    *,
    look_seconds: float | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Batch:
    """Return the samples that were understood.

    Args:
        understanding: what :func:`understand` returned.
        look_seconds: for how long pictures are searched for near-copies; those after that only for equal bytes, until
            :meth:`labeling.project.Project.look_at` does the rest. A snapshot says how many were left.
        progress: told (done, total).
        cancelled: asked now and then whether to stop.

    Raises:
        ImportRefused: not one sample can be used.
        Cancelled: the person stopped it.
    """
    from labeling.formats import FORMATS
    from labeling.formats.layouts import modality_of
    from labeling.source import Source

    wanted = modality_of(understanding.format)
    source = Source(understanding.source, Watch(progress, cancelled), chosen=understanding.chosen, wanted=wanted)
    try:
        batch = FORMATS[understanding.format].read(source, understanding, look_seconds)
    except BaseException:
        release(source.path)
        raise
    if not understanding.apart:
        batch = replace(batch, frame=_mixed(batch.frame))
    return replace(batch, problems=(*left_out(source.path), *batch.problems))


def inputs(
    path: Path | str, task: Task, *, tell: Tell | None = None, unread: Hear | None = None,
    progress: Progress | None = None, cancelled: Cancel | None = None,
) -> Dataset:  # fmt: skip
    """Return samples to predict. Their labels, if they have any, are never read.

    Ids are paths relative to a folder, and row numbers from 0 for a file. ``tell`` hears what was missing or mended;
    ``unread`` the id of each file that cannot be read, and why, of which ``tell`` hears otherwise.

    Raises:
        ImportRefused: nothing here fits the task.
        Cancelled: the person stopped it.
    """
    from labeling.outside import media_inputs, table_inputs

    watch, say = Watch(progress, cancelled), tell or _ignore
    with _unpacked(path, watch) as place:
        for sentence in summed_up(left_out(place), *NOT_UNPACKED):
            say(sentence)
        found = table_inputs(place, task, say, watch) if task.columns else media_inputs(place, task, say, watch, unread)
        keep(place)
        return found


def labelled(
    path: Path | str, task: Task, *, tell: Tell | None = None, progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Dataset:  # fmt: skip
    """Return samples with their labels, to measure a model on. Samples without a label of the task are left out.

    Raises:
        ImportRefused: nothing here fits the task, or nothing has a label.
        Cancelled: the person stopped it.
    """
    from labeling.media import MEDIA
    from labeling.outside import labelled_samples, labelled_table, tell_problems

    say = tell or _ignore
    if task.columns:
        watch = Watch(progress, cancelled)
        with _unpacked(path, watch) as place:
            understanding = labelled_table(place, task, say, watch)
    else:
        understanding = understand(path, target=task.target, kind=task.kind, progress=progress, cancelled=cancelled)
        if understanding.modality is not task.modality or understanding.columns:
            raise ImportRefused(
                f"The model is about {NOUNS[task.modality]}s in files, but {understanding.source.name} holds "
                f"{NOUNS[understanding.modality]}s. Choose a folder or a list of {MEDIA[task.modality].endings} files."
            )
    batch = read(understanding, look_seconds=0.0, progress=progress, cancelled=cancelled)
    if understanding.format != TABLE_FORMAT:  # of a table that is told already
        tell_problems(batch.problems, task, say)
    return labelled_samples(batch, task, say)


def _mixed(frame: pl.DataFrame) -> pl.DataFrame:
    """Return samples of which none is kept apart."""
    import polars as pl

    return frame.with_columns(pl.lit(None, dtype=pl.String).alias("split"))


@contextmanager
def _unpacked(path: Path | str, watch: Watch, chosen: Sequence[str] = ()) -> Iterator[Path]:
    """Yield the absolute path of a file or folder; of what was unpacked for it, the folder that holds it.

    A data set is laid out where what is ``chosen`` in a folder leads to it, if not all that is there was meant. What
    was unpacked is removed again where the work in the ``with`` statement fails.
    """
    from labeling.autodl.reading import lay_out

    given = _absolute(path)
    places = [given]
    try:
        if is_archive(given):
            places.append(unpack(given, watch))
        data = lay_out(places[-1], watch, chosen=chosen) if places[-1].exists() else None
        places += [data] if data is not None else []
        yield places[-1]
    except BaseException:
        for place in places[1:]:
            release(place)
        raise
    if len(places) > 2:
        release(places[1])  # an archive of a data set whose samples are files of their own by now


def _absolute(path: Path | str) -> Path:
    return Path(path).expanduser().resolve()


def _ignore(sentence: str) -> None:
    """Hear nothing."""


def _nothing_found(path: Path) -> str:
    if path.is_file():
        return (
            f"{path.name} is neither a picture, a sound nor a table that can be read. "
            "Choose a folder of files, a ZIP or TAR archive, or a CSV, TSV, XLSX, JSONL or Parquet file."
        )
    if not any(path.iterdir()):
        return f"The folder {path.name} is empty. Choose a folder that holds pictures, sounds, texts or a table."
    return (
        f"There are no pictures, no sounds, no texts and no single table in {path.name}. Choose a folder of pictures "
        "(JPEG, PNG, WEBP, BMP, GIF, TIFF), sounds (WAV, FLAC, OGG, MP3, AIFF) or texts (TXT), or a CSV, TSV, XLSX, "
        "JSONL or Parquet file."
    )
