"""Three ways to show a run: a bar on a terminal, plain lines elsewhere, and the events themselves."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import override

from engine.curve import CONSTANT
from studio.cli.scores import metric_name, right, score
from studio.wording import amount, duration, of_100

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from engine.events import Event
    from engine.run.folder import RunFolder


class Reporter(ABC):
    """Shows a run while it goes on. Used as a context: whatever it draws is gone or final at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Finish drawing."""

    @abstractmethod
    def say(self, sentence: str) -> None:
        """Tell the person something."""

    @abstractmethod
    def event(self, event: Event) -> None:
        """Show one event of the run."""

    @abstractmethod
    def result(self, run: RunFolder, result: dict[str, Any]) -> None:
        """Show how it ended."""


def reporter(as_json: bool, budget_s: float) -> Reporter:
    """Return the reporter for where stdout goes."""
    if as_json:
        return JsonReporter()
    return BarReporter(budget_s) if sys.stdout.isatty() else PlainReporter()


class JsonReporter(Reporter):
    """Prints the events as they are, and nothing else."""

    @override
    def close(self) -> None:
        """Have nothing to finish."""

    @override
    def say(self, sentence: str) -> None:
        """Say nothing: the events tell it."""

    @override
    def event(self, event: Event) -> None:
        print(event.to_line(), flush=True)

    @override
    def result(self, run: RunFolder, result: dict[str, Any]) -> None:
        """Print nothing: the last event carries it."""


class PlainReporter(Reporter):
    """Prints one short line for each thing worth knowing."""

    def __init__(self) -> None:
        self._metric = ""

    @override
    def close(self) -> None:
        """Have nothing to finish."""

    @override
    def say(self, sentence: str) -> None:
        say(sentence)

    @override
    def event(self, event: Event) -> None:
        if event.type == "started":
            self._metric = str(event.data["task"]["metric"])
        line = self.line(event)
        if line:
            self.say(line)

    def line(self, event: Event) -> str:
        """Return what an event is worth saying; empty for nothing."""
        when = f"{duration(event.active_s) if event.active_s >= 10 else f'{event.active_s:.1f} s'}: "
        if event.type == "point":
            if event.data["learner"] == CONSTANT:
                return f"{when}a plain guess, the same for all, until something is learned"
            return f"{when}{self.standing(event)}, by {event.data['learner']}"
        if event.type == "failed":
            return f"{when}{event.data['learner']} did not work out ({event.data['message']}); the others go on"
        if event.type == "message":
            return when + str(event.data["text"])
        if event.type in {"paused", "resumed"}:
            return when + event.type
        return ""

    def standing(self, event: Event) -> str:
        """Return the score of a point, in the words its task allows."""
        text = score(self._metric, event.data["score"], event.data["interval"])
        share = event.data.get("metrics", {}).get("accuracy")
        return f"right on {of_100(float(share))} of 100, {text}" if isinstance(share, float) else text

    @override
    def result(self, run: RunFolder, result: dict[str, Any]) -> None:
        for line in summary(run, result):
            say(line)


class BarReporter(PlainReporter):
    """Draws a bar with the latest score and the remaining time under the lines."""

    def __init__(self, budget_s: float) -> None:
        super().__init__()
        self._budget_s = budget_s
        self._bar: Progress | None = None

    def _drawn(self) -> tuple[Progress, TaskID]:
        """Draw the bar; only now, since the budget runs and drawing costs an import."""
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            self._bar = Progress(
                BarColumn(bar_width=None),
                TextColumn("{task.fields[score]}", markup=False),
                TextColumn("{task.fields[left]}", markup=False),
                console=Console(highlight=False, markup=False, emoji=False),
                transient=True,
            )
            self._bar.add_task("", total=self._budget_s, score="learning", left="")
            self._bar.start()
        return self._bar, self._bar.task_ids[0]

    @override
    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    @override
    def say(self, sentence: str) -> None:
        if self._bar is None:
            super().say(sentence)
        else:
            self._bar.console.print(printable(sentence))

    @override
    def event(self, event: Event) -> None:
        bar, task = self._drawn()
        super().event(event)
        bar.update(task, completed=event.active_s, left=f"{duration(max(0.0, self._budget_s - event.active_s))} left")
        if event.type == "point":
            value = f"{metric_name(self._metric)} {event.data['score']:.3f}"
            bar.update(task, score=value)


def printable(text: str) -> str:
    r"""Return ``text`` without what could steer a terminal: names of files and classes come from outside.

    >>> printable("a\x1b[2Jb")
    'a?[2Jb'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def say(sentence: str) -> None:
    """Print a sentence that may hold names from outside."""
    print(printable(sentence), flush=True)


def summary(run: RunFolder, result: dict[str, Any]) -> list[str]:
    """Return the last lines of a run: how good the model is, why it ended, where it is, what to do next."""
    lines = [_headline(result, "test"), _headline(result, "validation")]
    why = {
        "budget": "the time was used up",
        "converged": "nothing left to try in the time would have helped",
        "finished": "you finished it",
    }
    reason = why.get(result["stopped_because"], result["stopped_because"])
    first = result.get("t_first_s")
    began = f"; the first model was there after {first:.1f} s" if first is not None else ""
    lines.append(f"Trained for {duration(result['active_s'])}: {reason}{began}.")
    lines.append(f"Model: {run.model_path}{_weight(result)}")
    small = result.get("small")
    if small is not None:
        lines.append(f"Small: {run.small_path}{_weight(small)}; use it with --small")
    lines.append(f"Next:  autodidact predict {run.path} DATA2 --out predictions.csv")
    lines.append(f"       autodidact export {run.path} --to onnx --out DIR")
    return [line for line in lines if line]


def _weight(facts: dict[str, Any]) -> str:
    """Return how large and how quick a model is, in brackets; empty where that was not measured."""
    pace, size = facts.get("ms_per_sample"), facts.get("size_bytes")
    if not pace or size is None:
        return ""
    return f" ({max(0.1, size / 1e6):.1f} MB, {amount(pace['single'])} ms a sample on this computer)"


def _headline(result: dict[str, Any], part: str) -> str:
    """Return how good the model is on a part; empty where that was not measured."""
    measured = (result["scores"] or {}).get(part) or {}
    metric = result["task"]["metric"]
    if metric not in measured:
        return ""
    facts = measured[metric]
    text = score(metric, facts["value"], [facts["low"], facts["high"]])
    if "accuracy" in measured:
        total = result["n_test"] if part == "test" else result.get("n_checked", result["n_train"])
        text = f"{right(measured['accuracy']['value'], total)}, {text}"
    where = "on the test part, never learned from" if part == "test" else "on samples held back while learning"
    return f"{text[:1].upper()}{text[1:]}, {where}"
