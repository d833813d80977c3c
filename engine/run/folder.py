"""The run folder: all that a worker is told, and all that it leaves.

::

    plan.json        task, budget, device, seed, options
    dataset.parquet  the frozen samples; predict.parquet: samples to be predicted at every point of the curve
    events.jsonl     what happened; the run is a replay of it
    control.jsonl    commands from whoever has no pipe to the worker
    predictions/     <milliseconds of active time>.csv
    checkpoints/     resumable state of each learner
    model/           the model being served now
    small/           the best single small one, a model folder too
    result.json      written once, at the end
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from engine.budget import awake
from engine.dataset import Dataset
from engine.errors import DataError, RunError
from engine.files import read_json, write_json
from engine.search import asked as strategies
from engine.task import Task
from engine.transfer.asked import AUTO, canonical

FORMAT = 1


@dataclass(frozen=True)
class RunOptions:
    """How to train. ``pressed_at`` is the unix time at which Train was pressed.

    ``cache`` is a folder for costly features that outlive the run; ``notes`` are sentences about the data for the
    result; ``max_latency_ms`` is the most that an answer about one sample may take on this computer, None for any time;
    ``weights`` are the files of the person's own networks, found once so that a file that comes later changes nothing;
    ``transfer`` is how to hold on to what pretrained networks know, as :func:`engine.transfer.asked.canonical` has it;
    ``search`` is one of :data:`engine.search.asked.WORDS`.
    """

    budget_s: float
    device: str = "auto"
    seed: int = 0
    pressed_at: float = field(default_factory=time.time)
    cache: str | None = None
    notes: tuple[str, ...] = ()
    max_latency_ms: float | None = None
    weights: tuple[str, ...] = ()
    transfer: str = AUTO
    search: str = strategies.AUTO

    @property
    def own_weights(self) -> tuple[Path, ...]:
        """The files of the person's networks, as a portfolio takes them."""
        return tuple(Path(file) for file in self.weights)


def is_run(path: Path) -> bool:
    """Whether a run lies there."""
    return (path / "plan.json").is_file()


@dataclass(frozen=True)
class RunFolder:
    """A run on disk. Reading it starts nothing.

    ``planned_at`` is the unix time at which its plan stood, None where an earlier version made it. ``prepared_s`` are
    the seconds from the press of Train until then, less those in which the computer slept; None where nobody measured.
    """

    path: Path
    task: Task
    options: RunOptions
    planned_at: float | None = None
    prepared_s: float | None = None

    @property
    def is_there(self) -> bool:
        """Whether the run still lies where it was; whoever goes on must not write to where one that was moved was."""
        return is_run(self.path)

    @classmethod
    def create(
        cls,
        path: Path,
        task: Task,
        dataset: Dataset,
        options: RunOptions,
        predict: Dataset | None = None,
        pressed: float | None = None,
    ) -> Self:
        """Make the folder and freeze the data in it.

        ``pressed`` is when Train was pressed by the clock :func:`engine.budget.awake`. From there the budget counts;
        without it, from the time of day in ``options``.

        Raises:
            RunError: the path already holds something, or cannot be written.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise RunError(f"{path} is not empty, so nothing was started. Choose another folder for the run.")
            dataset.write(path / "dataset.parquet")
            if predict is not None:
                predict.write(path / "predict.parquet")
            planned_at = time.time()
            prepared_s = None if pressed is None else max(0.0, awake() - pressed)
            measured = {"planned_at": planned_at, "prepared_s": prepared_s}
            plan = {"format": FORMAT, "task": task.to_json(), **asdict(options), **measured}
            write_json(path / "plan.json", plan)
        except OSError as error:
            reason = error.strerror or str(error)
            raise RunError(f"The run folder {path} cannot be written ({reason}). Choose another place.") from error
        return cls(path.resolve(), task, options, planned_at, prepared_s)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the plan of an existing run.

        Raises:
            RunError: this is no run folder, it is damaged, or a newer version made it.
        """
        if not is_run(path):
            raise RunError(f"{path} is not a run folder: it holds no plan.json. Name the folder that train made.")
        try:
            plan: Mapping[str, Any] = read_json(path / "plan.json")
            if plan["format"] > FORMAT:
                raise RunError(f"The run {path} was made by a newer version. Update Autodidact Studio to open it.")
            options = RunOptions(
                budget_s=float(plan["budget_s"]),
                device=str(plan["device"]),
                seed=int(plan["seed"]),
                pressed_at=float(plan["pressed_at"]),
                cache=plan["cache"],
                notes=tuple(plan["notes"]),
                max_latency_ms=plan.get("max_latency_ms"),
                weights=_weights(plan.get("weights")),
                transfer=_transfer(plan.get("transfer", AUTO)),
                search=_search(plan.get("search", strategies.AUTO)),
            )
            planned_at, prepared_s = _seconds(plan.get("planned_at")), _seconds(plan.get("prepared_s"))
            return cls(path.resolve(), Task.from_json(plan["task"]), options, planned_at, prepared_s)
        except (OSError, KeyError, TypeError, ValueError, OverflowError, DataError) as error:
            raise RunError(f"The plan of the run {path} is damaged ({error!r}). Start a new run.") from error

    def with_device(self, device: str) -> Self:
        """Plan to compute on another device from the next sitting on, and return the run so planned.

        Raises:
            RunError: the plan cannot be written.
        """
        path = self.path / "plan.json"
        try:
            write_json(path, {**read_json(path), "device": device})
        except OSError as error:
            reason = error.strerror or str(error)
            raise RunError(f"The plan of the run {self.path} cannot be changed ({reason}). Check the disk.") from error
        return replace(self, options=replace(self.options, device=device))

    def check_writable(self) -> None:
        """Try whether the run can go on, before a worker is started that writes all that happens into its journal.

        Raises:
            RunError: it cannot be written.
        """
        try:
            self.events_path.open("ab").close()
        except OSError as error:
            reason = error.strerror or str(error)
            raise RunError(
                f"The run folder {self.path} cannot be written ({reason}), so the run cannot go on. "
                "Check its permissions and its disk, or start a new run."
            ) from error

    @property
    def events_path(self) -> Path:
        """The journal."""
        return self.path / "events.jsonl"

    @property
    def control_path(self) -> Path:
        """Where commands are appended by whoever has no pipe to the worker."""
        return self.path / "control.jsonl"

    @property
    def model_path(self) -> Path:
        """The model being served now."""
        return self.path / "model"

    @property
    def small_path(self) -> Path:
        """The best single small model so far."""
        return self.path / "small"

    @property
    def checkpoints_path(self) -> Path:
        """Resumable state."""
        return self.path / "checkpoints"

    @property
    def predictions_path(self) -> Path:
        """Scores at each point of the curve."""
        return self.path / "predictions"

    @property
    def cache_path(self) -> Path:
        """Where costly features are kept."""
        return Path(self.options.cache) if self.options.cache else self.path / "cache"

    def dataset(self) -> Dataset:
        """Read the frozen samples (DataError when damaged)."""
        media = () if self.task.columns else ("reference", "content")
        return Dataset.read(self.path / "dataset.parquet", ("id", "label", "split", "fold", *media))

    def to_predict(self) -> Dataset | None:
        """Read the samples to be predicted at every point, if any."""
        path = self.path / "predict.parquet"
        return Dataset.read(path) if path.exists() else None

    def result(self) -> dict[str, Any] | None:
        """Return ``result.json``; None while the run has not ended.

        Raises:
            RunError: the file is damaged, or no result.
        """
        path = self.path / "result.json"
        if not path.exists():
            return None
        try:
            result: dict[str, Any] = read_json(path)
            str(result["stopped_because"])  # what everybody asks of one first
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise RunError(f"The result of the run {self.path} is damaged ({error!r}).") from error
        return result

    def write_result(self, result: Mapping[str, Any]) -> None:
        """Write ``result.json``, once, at the end."""
        write_json(self.path / "result.json", result)


def _seconds(kept: float | None) -> float | None:
    return None if kept is None else float(kept)


def _weights(kept: str | list[str] | None) -> tuple[str, ...]:
    """Return files of weights as a plan keeps them: those of an earlier version name the folder."""
    if not isinstance(kept, str):
        return tuple(kept or ())
    from engine.modalities.image.own import own_files

    return tuple(str(file) for file in own_files(Path(kept)))


def _transfer(kept: object) -> str:
    if not isinstance(kept, str):
        raise ValueError(f"there is no way {kept!r} of holding on to the pretraining")
    return canonical(kept)


def _search(kept: object) -> str:
    if kept not in strategies.WORDS:
        raise ValueError(f"there is no strategy {kept!r} of searching")
    return str(kept)
