"""A run as the Train screen knows it: the fold of its events. Replaying the file gives the same state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.curve import CONSTANT
from engine.events import Event
from engine.results.figures import share_interval
from engine.task import Kind, Modality

STATES = {"working": "running", "paused": "paused", "finishing": "finishing"}


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One improvement that was put to use: ``score`` is the task's metric, ``share`` the share right, or R².

    ``interval`` is that of what is shown: of the share where there is one, else of the score.
    """

    active_s: float
    time: float
    score: float
    share: float | None
    interval: tuple[float, float]
    learner: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the model being served, and how much it counts."""

    name: str
    weight: float


@dataclass
class RunProgress:
    """What is known of a run so far. ``state`` is waiting, running, paused, finishing or ended."""

    budget_s: float = 0.0
    device: str = ""
    state: str = "waiting"
    active_s: float = 0.0
    remaining_s: float = 0.0
    modality: Modality = Modality.IMAGE
    kind: Kind = Kind.MULTICLASS
    metric: str = ""
    n_train: int = 0
    n_test: int = 0
    learner: str = ""
    memory_mb: float = 0.0
    stopped_because: str | None = None
    points: list[CurvePoint] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    tried: int = 0
    resumptions: int = 0
    last_seq: int = -1
    failures: list[str] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)

    def take(self, event: Event) -> bool:
        """Take in one event and tell whether it was new; types this version does not know change nothing."""
        if event.seq <= self.last_seq:
            return False
        self.last_seq = event.seq
        self.active_s = max(self.active_s, event.active_s)
        handler = _HANDLERS.get(event.type)
        if handler is not None:
            handler(self, event)
        return True

    @property
    def best(self) -> CurvePoint | None:
        """The point whose model is served: the last, since a model is only replaced by a better one."""
        return self.points[-1] if self.points else None

    @property
    def guessing(self) -> bool:
        """Whether nothing better than a plain guess has been learned yet."""
        return all(point.learner == CONSTANT for point in self.points)

    @property
    def in_shares(self) -> bool:
        """Whether the curve can be drawn as so many of 100."""
        return bool(self.points) and all(point.share is not None for point in self.points)

    @property
    def ended(self) -> bool:
        """Whether the run said that it stopped."""
        return self.state == "ended"

    def _take_started(self, event: Event) -> None:
        data = event.data
        task = data["task"]
        self.state = "running"
        self.stopped_because = None
        self.budget_s, self.device = float(data["budget_s"]), str(data.get("device", ""))
        self.remaining_s = max(0.0, self.budget_s - self.active_s)
        self.modality, self.kind, self.metric = Modality(task["modality"]), Kind(task["kind"]), str(task["metric"])
        self.n_train, self.n_test = int(data["n_train"]), int(data["n_test"])

    def _take_heartbeat(self, event: Event) -> None:
        data = event.data
        if not self.ended:
            self.state = STATES.get(str(data["state"]), self.state)
        self.remaining_s = float(data["remaining_s"])
        self.learner = str(data.get("learner") or "")
        self.memory_mb = float(data.get("memory_mb") or 0.0)

    def _take_evaluated(self, _event: Event) -> None:
        self.tried += 1

    def _take_point(self, event: Event) -> None:
        data = event.data
        score, (low, high) = float(data["score"]), data["interval"]
        share, interval = None, (float(low), float(high))
        if "accuracy" in data["metrics"]:
            share = float(data["metrics"]["accuracy"])
            interval = share_interval(share, int(data["checked"]))
        elif self.metric == "r2":
            share = score
        self.points.append(CurvePoint(event.active_s, event.time, score, share, interval, str(data["learner"])))
        self.parts = [Part(str(m["name"]), float(m["weight"])) for m in data.get("members", [])]

    def _take_failed(self, event: Event) -> None:
        self.failures.append(str(event.data.get("message") or event.data.get("reason") or "unknown reason"))

    def _take_message(self, event: Event) -> None:
        self.messages.append((str(event.data["level"]), str(event.data["text"])))

    def _take_paused(self, _event: Event) -> None:
        self.state = "paused"

    def _take_resumed(self, _event: Event) -> None:
        self.state = "running"
        self.resumptions += 1

    def _take_stopped(self, event: Event) -> None:
        self.state = "ended"
        self.stopped_because = str(event.data["reason"])


_HANDLERS: dict[str, Callable[[RunProgress, Event], None]] = {
    "started": RunProgress._take_started,
    "heartbeat": RunProgress._take_heartbeat,
    "evaluated": RunProgress._take_evaluated,
    "point": RunProgress._take_point,
    "failed": RunProgress._take_failed,
    "message": RunProgress._take_message,
    "paused": RunProgress._take_paused,
    "resumed": RunProgress._take_resumed,
    "stopped": RunProgress._take_stopped,
}
