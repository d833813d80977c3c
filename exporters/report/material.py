"""All that the card is made from, gathered from a run or a model folder; what is missing is told, never made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.dataset import Dataset, Split
from engine.errors import DataError, ModelError, RunError
from engine.model.folder import Manifest, read_manifest
from engine.results.report import Report
from engine.results.verdicts import read_verdicts
from engine.run.folder import RunFolder
from engine.task import Task
from exporters.errors import NothingToExport
from exporters.files import safe_name
from exporters.measured import data_fingerprint, weights_inside
from exporters.report.history import History, read_history
from exporters.report.origins import Origin, read_origins
from exporters.report.outcome import Outcome, read_outcome
from exporters.source import SMALL, Source, named, open_source, run_of


@dataclass(frozen=True)
class Material:
    """What is known. Every part but the task may be absent; ``missing`` says so in sentences.

    Attributes:
        name: a safe file name for what is written.
        task: what was asked.
        run: the run folder; None for a model that stands alone.
        model: what ``model.json`` says.
        model_sha256: fingerprint of the model folder.
        weights: name, licence and SHA-256 of each set of pretrained weights inside; None where that is not known.
        dataset: the frozen samples.
        data_sha256: their fingerprint.
        outcome: what ``result.json`` says.
        measured: the answers on samples not learned from, and what follows from them.
        history: what the journal tells.
        origins: what was taken in to learn from.
    """

    name: str
    task: Task
    run: RunFolder | None = None
    model: Manifest | None = None
    model_sha256: str | None = None
    weights: tuple[dict[str, Any], ...] | None = None
    dataset: Dataset | None = None
    data_sha256: str | None = None
    outcome: Outcome | None = None
    measured: Report | None = None
    history: History | None = None
    origins: tuple[Origin, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def tested(self) -> bool:
        """Whether the figures were measured on the untouched part."""
        return self.measured is not None and self.measured.verdicts.part == "test"

    @property
    def moment(self) -> datetime | None:
        """When the run ended, or began where it did not say."""
        if self.history is not None and self.history.ended is not None:
            return _moment(self.history.ended)
        return None if self.run is None else _moment(self.run.options.pressed_at)

    def part(self, split: Split) -> Dataset | None:
        """Return the samples of one part; None where that is not known."""
        if self.dataset is None or "split" not in self.dataset.frame.columns:
            return None
        return self.dataset.part(split)


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError, ValueError):
        return None


@dataclass
class _Gathering:
    """Collects parts and the sentences about those that are not there."""

    missing: list[str] = field(default_factory=list)

    def source(self, path: Path, run: RunFolder | None) -> Source | None:
        try:
            return open_source(path)
        except NothingToExport as error:
            if run is None:
                raise
            told = str(error).replace("so nothing was exported", "so the card cannot describe one")
            self.missing.append(told.replace("Nothing was exported.", "The card tells of it what else is known."))
            return None

    def dataset(self, run: RunFolder) -> Dataset | None:
        try:
            return run.dataset()
        except DataError as error:
            self.missing.append(f"{error} So what the model learned from is not described.")
            return None

    def outcome(self, run: RunFolder) -> Outcome | None:
        try:
            found = run.result()
            if found is None:
                self.missing.append("The run has not ended or was cut off, so its summary (result.json) is not there.")
                return None
            return read_outcome(found)
        except (RunError, ValueError, AttributeError) as error:
            self.missing.append(f"The run's summary (result.json) is damaged and was left out ({error}).")
            return None

    def manifest(self, folder: Path) -> Manifest | None:
        try:
            return read_manifest(folder)
        except ModelError:  # why has been told already, when it was to be loaded
            return None

    def measured(self, folder: Path, task: Task, small: bool, run: RunFolder | None) -> Report | None:
        if small:
            self.missing.append(
                "A run keeps the answers of its whole model one by one, but of the small one the scores alone, so "
                "where the small one fails is not told. Its learning curve is that of the whole."
            )
            return None
        try:
            verdicts = read_verdicts(folder, task)
        except ModelError as error:
            self.missing.append(f"{error} So nothing is said of how good the model is.")
            return None
        if verdicts is None:
            self.missing.append(
                "There are no answers on samples that were not learned from, so nothing can be said of how good the "
                "model is."
            )
            return None
        if verdicts.part == "validation":
            self.missing.append(
                "No untouched test part was measured. All figures are from samples that were held out of learning in "
                "turn, but that also helped to choose the model; expect slightly less on new samples."
            )
        began = 0.0 if run is None else run.options.pressed_at
        return Report(folder.parent, began, task, verdicts, None)

    def history(self, run: RunFolder) -> History | None:
        found = read_history(run.events_path)
        if found is None:
            self.missing.append("The run's journal (events.jsonl) is not there or cannot be read: no learning curve.")
        elif found.damaged:
            self.missing.append(
                f"{found.damaged} lines of the run's journal (events.jsonl) are damaged and were left out, so its "
                "times and the learning curve may have gaps."
            )
        return found


def gather(path: Path) -> Material:
    """Read a run folder or a model folder.

    Raises:
        NothingToExport: it is neither, or its plan is damaged.
    """
    run = run_of(path)
    gathering = _Gathering()
    source = gathering.source(path, run)
    task = _task(run, source)
    small = source is not None and source.which == SMALL
    folder = path if run is None else run.small_path if small else run.model_path
    facts: dict[str, Any] = {"model": gathering.manifest(folder)}
    if source is not None:
        facts |= {"model_sha256": source.fingerprint, "weights": weights_inside(source.model)}
    if facts["model"] is not None:
        facts["measured"] = gathering.measured(folder, task, small, run)
    if run is None:
        gathering.missing.append("This is a model without its run: what it learned from, how, and when is not known.")
        return Material(safe_name(path.resolve().name), task, **facts, missing=tuple(gathering.missing))
    dataset = gathering.dataset(run)
    outcome = gathering.outcome(run)
    return Material(
        named(run) if source is None else source.name,
        task,
        run,
        **facts,
        dataset=dataset,
        data_sha256=None if dataset is None else data_fingerprint(dataset),
        outcome=outcome.of_small() if small and outcome is not None else outcome,
        history=gathering.history(run),
        origins=read_origins(run.path),
        missing=tuple(gathering.missing),
    )


def _task(run: RunFolder | None, source: Source | None) -> Task:
    if run is not None:
        return run.task
    assert source is not None  # without a run, gathering the source raised
    return source.model.task
