"""Fine-tunes a pretrained network in slices: warm head, one cycle of steps, checks on held-out samples."""

from __future__ import annotations

import json
import logging
import math
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import BoolArray, Float32Array, FloatArray, IntArray
from engine.budget import Deadline
from engine.errors import DataError
from engine.finetune.base import Net, Part, View
from engine.finetune.memory import Ladder, release
from engine.finetune.schedule import Plan
from engine.finetune.soup import Soup
from engine.finetune.stream import Stream
from engine.finetune.targets import Targets
from engine.finetune.tuning import MOMENTS, Recipe, Saved, Tuning
from engine.finetune.waiting import wait_for, works_ahead
from engine.finetune.warm import warm
from engine.heads.answer import Answer
from engine.heads.order import stratified_order
from engine.learners.base import Job, Learner, Progress
from engine.memory import short_of_memory
from engine.model.member import Member
from engine.task import Kind
from engine.transfer.base import Start
from engine.transfer.joint import Joint

_TENSORS, _STATE = "state.safetensors", "state.json"
_MOST_WARM = 4000
_TRIED = 32
_JUDGED_AFTER = 2
_AHEAD_S = 0.25  # of work, at most, that a card may be asked for before it is waited for
_TRUSTED_OF_A_CARD = 4  # from which wait on its pace is believed: the first two are for single steps
_SEES_LESS = "There is too little memory for further networks like the first; those that were tuned before are kept."
_log = logging.getLogger(__name__)
_NO_TIME = "Too little time was left to tune a network, so that was left out. Give the run more time to include it."


class FineTune(Learner):
    """Tunes all layers of the network that :meth:`net` brings; a subclass says which.

    The first network is checked on the samples of the first fold, the next on those of the second; the member is their
    mean. A network is checked at each of :data:`engine.finetune.tuning.MOMENTS`, and in the end as a mean of what it
    was then (:mod:`engine.finetune.soup`); what does better than the same network before is a candidate.

    Settings: ``epochs`` (8), how often to see each sample at most; ``fewest`` (0.5), how often at least, or it is left
    out; ``share`` (0.5) of the budget left that one network may take; ``folds`` (1), how many networks; ``skipped``
    (0), how many folds are passed over, being held out by networks of another learner; ``cover`` (False), whether the
    networks hold out all folds between them rather than one each; ``batch`` (32); ``rate`` (3e-4); ``head`` (1), the
    factor on it for the head; ``decay`` (0.85) of the rate from layer to layer; ``weight_decay`` (0.02); ``contrasts``
    (False), whether the network learns to part classes (:mod:`engine.finetune.contrast`) where a sample has one;
    ``transfer`` (none), settings by name of :data:`engine.transfer.TRANSFER`.
    """

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._skipped, networks = int(settings.get("skipped", 0)), max(1, int(settings.get("folds", 1)))
        folds = np.roll(np.unique(job.folds[job.folds >= 0]), -self._skipped)
        dealt = np.array_split(folds, min(networks, len(folds))) if settings.get("cover") and len(folds) else folds
        self.held_out: list[IntArray] = [np.atleast_1d(mine) for mine in dealt[:networks]]
        self.targets = Targets(job)
        self.epochs, self.fewest = float(settings.get("epochs", 8)), float(settings.get("fewest", 0.5))
        self.transfer: Mapping[str, Mapping[str, Any]] = settings.get("transfer", {})
        self.parts: list[Part] = []
        self.plan = self._new_plan()
        self._net: Net | None = None
        self._ladder: Ladder | None = None
        self._tuning: Tuning | None = None
        self._saved: Saved | None = None
        self._goes_on = False  # whether what is tuned was begun before a restart
        self._pretrained: dict[str, Tensor] = {}
        self._features: list[Float32Array] = []
        self._warm_rows: IntArray | None = None
        self._outputs: list[FloatArray] = []
        self._answers = np.full((len(job.labels), job.task.outputs), np.nan)
        self._prepared, self._done, self._late, self._message = False, False, False, ""
        self._rungs, self._number = 0, 0
        self._counts: dict[int, int] = {}  # of samples that are held out, by the number of the network
        self._now: Callable[[], float] = time.monotonic
        self._planned = self.epochs * len(job.labels)
        self._worked, self._shared = 0.0, 0.0
        self._error: float | None = None
        self._check_s, self._checking_s = 0.0, 0.0  # what the last check took, and the present one so far
        self._unnoted, self._since = 0.0, 0.0  # samples of steps whose time is not noted yet, and when these began
        self._stepped_s, self._prepared_s = 0.0, 0.0  # in the present slice
        self._soup = Soup()
        self._choices: dict[str, Any] = {}
        self.allowed = math.inf  # seconds for one network, as they are when the first is about to be loaded

    @abstractmethod
    def net(self) -> Net:
        """Return the pretrained network and the job's samples, on the job's device. Called once."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        torch.set_num_threads(self.job.threads)
        self._message, self._now = "", deadline.now
        self._stepped_s, self._prepared_s = 0.0, 0.0
        before = deadline.elapsed
        if self._net is None:
            self.allowed = self.plan.share * (deadline.left - deadline.elapsed)
        improved = False
        while not self._done and not improved:
            short = False
            try:
                improved = self._work(deadline)
            except (MemoryError, RuntimeError) as error:
                short = short_of_memory(error) and self._live_on_less()
                if not short:
                    raise
            if short:  # not before: the error held on to all that was computed until then
                release()
            if deadline.expired:
                break
        self._settle()
        self._worked += deadline.elapsed - before
        self._shared = max(self._shared, self._share())
        return Progress(improved, self._done, self._shared, self._message, self._stepped_s, self._prepared_s)

    def _work(self, deadline: Deadline) -> bool:
        """Do one small piece of work; return whether it brought a candidate."""
        if self._sees_less():
            self._message = _SEES_LESS
            self._end()
        elif not self._prepared:
            self._prepare(deadline)
        elif self._saved is not None:
            self._tuning, self._goes_on = self._begin(self._saved), True
            self._saved = None
        elif self._tuning is None:
            if self._hopeless(deadline):
                self._leave_out()
            elif self._gather():
                self._tuning = self._begin()
        elif not self._tuning.to_be_checked:
            self._step(self._tuning, deadline)
        elif self._check(self._tuning):
            return self._judge(self._tuning)
        return False

    def _prepare(self, deadline: Deadline) -> None:
        net = self._loaded()
        if self._hopeless(deadline):
            self._leave_out()
            return
        self._prepared = net.prepare()
        if self._prepared:
            self._choices = net.choices()
            self._pretrained = {name: value.cpu().clone() for name, value in net.body.state_dict().items()}

    def _loaded(self) -> Net:
        if self._net is None:
            self._net = self.net()
            self._net.take(self._choices)
            self.plan.row_s = self.plan.row_s or self._net.row_s
            self._ladder = Ladder(self._net, int(self.settings.get("batch", 32)), self.job.frugality)
            self._ladder.down_to(self._rungs)
        return self._net

    @property
    def ladder(self) -> Ladder:
        """How many samples a step takes, and on what device."""
        self._loaded()
        assert self._ladder is not None
        return self._ladder

    def _telling(self) -> IntArray:
        """Return the samples that a head is fitted to: all, or of very many some of every class."""
        if self._warm_rows is None:
            rows = stratified_order(self.job)
            self._warm_rows = rows[self._loaded().readable(rows)][:_MOST_WARM]
            if not len(self._warm_rows):
                raise DataError("None of the samples can be read. Check the files, then train again.")
        return self._warm_rows

    def _own(self) -> IntArray:
        """Return those of them that are not held out now."""
        rows = self._telling()
        return rows[~self._held_out(rows)]

    def _gather(self) -> bool:
        """Look at a batch of samples with the pretrained network; return whether it has seen as many as it should."""
        net, telling, view = self._loaded(), self._telling(), View(rough=True)
        seen = sum(len(part) for part in self._features)
        rows = telling[seen : seen + net.together(self.ladder.batch, view)]
        recalled = net.recalled(rows) if len(self._features) >= _JUDGED_AFTER else None
        if recalled is not None:
            self._features.append(recalled)
        elif len(rows):
            net.body.eval()
            began = self._now()
            with torch.inference_mode(), net.precision():
                self._features.append(net.body(*net.inputs(rows, view)).float().cpu().numpy())
            if not net.row_s:
                self.plan.foresee(self._now() - began, net.looking * len(rows))
        return seen + len(rows) == len(telling)

    def _hopeless(self, deadline: Deadline) -> bool:
        """Whether the time is too short for this, as trying it out tells, or the first looks at samples."""
        if self._tuning is not None or self._saved is not None or self._number:
            return False
        if not self._loaded().row_s and len(self._features) < _JUDGED_AFTER:
            return False
        count, foreseen = len(self.job.labels), self.plan.foreseen(deadline) / self._loaded().effort_left(0.0)
        self._planned = min(self.epochs * count, foreseen)
        return foreseen < min(self.fewest, self.epochs) * count

    def _sees_less(self) -> bool:
        """Whether earlier networks were checked on samples seen more finely than now: one member cannot do both."""
        if not self._number or not self.parts:
            return False
        return self.parts[0].sight not in (None, self._loaded().sight())

    def _leave_out(self) -> None:
        self._late = not self.parts
        self._message = _NO_TIME if self._late else ""
        self._end()

    def _end(self) -> None:
        self._tuning, self._done = None, True
        self._pretrained, self._features = {}, []
        self._loaded().rest()

    def _seen(self) -> tuple[Tensor, Tensor]:
        """Return the pretrained features of the samples to learn from, and their targets."""
        while not self._gather():
            pass
        own, device = ~self._held_out(self._telling()), self._loaded().device
        features = torch.from_numpy(np.concatenate(self._features)[own]).to(device)
        return features, self.targets.tensor(self._own(), device)

    def _held_out(self, rows: IntArray) -> BoolArray:
        """Return which samples are held out now; none where there are no folds."""
        folds = self.held_out[self._number] if self.held_out else np.empty(0, dtype=np.int64)
        return np.isin(self.job.folds[rows], folds)

    def _rows(self, held_out: bool) -> IntArray:
        rows = np.flatnonzero(self._held_out(np.arange(len(self.job.labels))) == held_out)
        readable: IntArray = rows[self._loaded().readable(rows)]
        return readable

    def _held_out_count(self) -> int:
        """Return how many samples are held out now; all are looked through once, though every step asks.

        Which can be read is known before the first step, and stays so.
        """
        if self._number not in self._counts:
            self._counts[self._number] = len(self._rows(held_out=True))
        return self._counts[self._number]

    def _begin(self, saved: Saved | None = None) -> Tuning:
        net = self._loaded()
        head = nn.Linear(net.length, self.job.task.outputs)
        if saved is None:
            features, _ = self._seen()
            warm(head, features.cpu().numpy(), self.targets, self._own())
        head.to(net.device)
        if saved is None and not self._number:
            self._choose(head)
        if saved is None and not net.pretrained:
            nn.init.zeros_(head.weight)  # fitted to random features it would be in the way
            nn.init.zeros_(head.bias)
        start = Start(net.body, head, self.job.task, self._seen, net.source, net.stages, self.job.seed)
        joint = Joint(start, self.transfer)
        contrasts = bool(self.settings.get("contrasts", False)) and self.job.task.kind is Kind.MULTICLASS
        rows = self._rows(held_out=False)
        classes = self.job.labels[rows].astype(np.int64) if contrasts else None
        stream = Stream(rows, self.epochs, self._seed, classes)
        names = ("rate", "head", "decay", "weight_decay")
        paces = {name: float(self.settings[name]) for name in names if name in self.settings}
        recipe = Recipe(**paces, contrasts=contrasts)
        tuning = Tuning(net, joint, self.targets, stream, recipe, self._seed)
        if saved is not None:
            tuning.restore(saved)
        return tuning

    def _choose(self, head: nn.Linear) -> None:
        """Let the net find out how samples may be varied, on a few that are held out."""
        net, rows = self._loaded(), self._rows(held_out=True)
        rows = np.random.default_rng(self._seed).permutation(rows)[:_TRIED]

        def losses() -> FloatArray:
            net.body.eval()
            with torch.inference_mode(), net.precision():
                said = head(net.body(*net.inputs(rows, View(rough=True))))
            return self.targets.losses(said.cpu().double().numpy(), rows)

        if len(rows):
            net.choose(losses)
            self._choices = net.choices()

    @property
    def _seed(self) -> tuple[int, ...]:
        return (self.job.seed, self._skipped + self._number)

    def _new_plan(self) -> Plan:
        return Plan(float(self.settings.get("share", 0.5)))

    def _step(self, tuning: Tuning, deadline: Deadline) -> None:
        stream = tuning.stream
        checks = len(MOMENTS) - tuning.checked + len(MOMENTS) - 1  # and those of mixtures
        net = self._loaded()
        checked = self._held_out_count() + (len(self._own()) if tuning.contrasts else 0)
        foreseen = net.looking * net.whole * checked
        aside = checks * (self._check_s / self.plan.row_s if self._check_s and self.plan.row_s else foreseen)
        affordable = self.plan.affordable(deadline, aside) / net.effort_left(tuning.progress)
        if self._too_slow(tuning, affordable):
            self._leave_out()
            return
        if not self._unnoted:
            self._since = deadline.now()
        effort = net.effort(tuning.progress)
        left = stream.length - tuning.taken
        batch = min(self.ladder.batch, len(stream.rows))  # no sample twice in a step
        if 1 < batch == left - 1:
            batch = left  # none alone in the last step: nothing can be normalised over it
        prepared_s = tuning.prepared_s
        self._unnoted += effort * tuning.step(batch, min(affordable, left))
        self._prepared_s += tuning.prepared_s - prepared_s
        soon = self.plan.measured < _JUDGED_AFTER or tuning.to_be_checked
        if soon or not works_ahead(net.device) or self._far_ahead():
            self._settle()

    def _too_slow(self, tuning: Tuning, affordable: float) -> bool:
        """Whether its first steps tell that the time is too short: of the processor two, of a card some hundreds of ms.

        A card's first steps may take many times as long as later ones: it wakes up, and loads what it computes with.
        """
        least = min(tuning.stream.length, self.fewest * len(tuning.stream.rows))
        if not works_ahead(self._loaded().device):
            return tuning.steps == _JUDGED_AFTER and affordable < least
        just_known = self.plan.measured == _TRUSTED_OF_A_CARD and not self._unnoted
        return just_known and not self._goes_on and tuning.taken + affordable < least

    def _far_ahead(self) -> bool:
        """Whether a card has been asked for enough, by what steps are thought to take or by the time that is gone."""
        return self._unnoted * self.plan.row_s > _AHEAD_S or self._now() - self._since > _AHEAD_S

    def _settle(self) -> None:
        """Wait for the steps that were asked for, which a card takes while the next are prepared; note their time."""
        if self._unnoted:
            device = self._loaded().device
            wait_for(device)
            seconds = self._now() - self._since
            self.plan.note(seconds, self._unnoted, _TRUSTED_OF_A_CARD if works_ahead(device) else _JUDGED_AFTER)
            self._stepped_s += seconds
            self._unnoted = 0.0

    def _check(self, tuning: Tuning) -> bool:
        """Let the network answer a batch of held-out samples; return whether it has answered all.

        Where it has learned to part classes, its head is fitted first, batch by batch too.
        """
        rows = self._rows(held_out=True)
        seen = sum(len(part) for part in self._outputs)
        batch, began = self._loaded().together(self.ladder.batch, View()), self._now()
        fitting = tuning.contrasts and not seen and not tuning.fit_head(self._own(), batch)
        rest = rows[:0] if fitting else rows[seen : seen + batch]
        if len(rest):
            self._outputs.append(tuning.outputs(rest))
        self._checking_s += self._now() - began
        if fitting or seen + len(rest) < len(rows):
            return False
        self._check_s, self._checking_s = self._checking_s, 0.0
        return True

    def _judge(self, tuning: Tuning) -> bool:
        """Keep the network as it is now where it answers better than before; go on to the next one at its end."""
        rows, sharpness, error = self._rows(held_out=True), 1.0, math.inf
        tuning.checked += 1
        if len(rows):
            outputs = np.concatenate(self._outputs)
            sharpness = self.targets.sharpness(outputs, rows)
            outputs = outputs * sharpness
            error = self.targets.error(outputs, rows)
        better = math.isfinite(error) and (self._error is None or error < self._error) if len(rows) else tuning.finished
        if better:
            self._error = error if len(rows) else None
            self.parts[self._number :] = [self._part(tuning, sharpness)]
        if better and len(rows):
            outputs = outputs if self.job.task.classes else outputs * self.targets.spread + self.targets.middle
            self._answers[rows] = Answer.of(self.job.task.kind).apply(outputs)
        self._outputs = []
        mixture = self._soup.heard(error, tuning.average.values, tuning.finished) if len(rows) else None
        if mixture is not None:
            tuning.average.become(mixture)
        elif tuning.finished:
            self._begin_next(tuning)
        return better

    def _part(self, tuning: Tuning, sharpness: float) -> Part:
        found = {name: value.float().cpu().clone() for name, value in tuning.average.values.items()}
        body = {name.removeprefix("body."): value for name, value in found.items() if name.startswith("body.")}
        weight, bias = self.targets.unstandardised(found["head.weight"], found["head.bias"], sharpness)
        return Part(body, weight, bias, self._loaded().sight())

    def _begin_next(self, tuning: Tuning) -> None:
        _log.info(
            "Tuned on %d samples in %d steps: %.1f ms a sample, of which %.0f%% to prepare it.",
            tuning.taken, tuning.steps, 1e3 * self.plan.row_s, 100 * tuning.prepared_s / max(1e-9, self.plan.spent),
        )  # fmt: skip
        self._tuning, self._error, self._soup, self.plan = None, None, Soup(), self._new_plan()
        self._goes_on = False
        self._loaded().body.load_state_dict(self._pretrained)
        self._number += 1
        if self._number >= max(1, len(self.held_out)):
            self._end()

    def _live_on_less(self) -> bool:
        before = self._loaded().sight()
        sentence = self.ladder.down()
        self._rungs = self.ladder.rungs
        if sentence is None:
            return False
        self._message = sentence
        if self._loaded().sight() != before:
            self._outputs = []  # a check that was begun saw samples more finely than it would go on to
        if self._tuning is not None:
            self._tuning.optimiser.forget_gradients()
            self._tuning.move(self._loaded().device)
        return True

    def _share(self) -> float:
        """Return the share of the work done, in seconds: those gone, of these and what the rest will take.

        Reading and loading come before the first look, so that samples alone would say too little; until then it
        cannot be told. Who found the time too short ends with most of the work not done.
        """
        if self._done:
            return self._shared if self._late else 1.0
        if not self.plan.row_s:
            return 0.0
        gathering = not self._number and self._tuning is None and self._saved is None
        looked_at = sum(len(part) for part in self._features)
        looks = self._loaded().looking * (min(len(self.job.labels), _MOST_WARM) - looked_at) if gathering else 0.0
        net, progress = self._loaded(), 0.0 if self._tuning is None else self._tuning.progress
        later = max(1, len(self.held_out)) - self._number - 1
        nets = (1.0 - progress) * net.effort_left(progress) + later * net.effort_left(0.0)
        ahead = self.plan.row_s * (max(0.0, looks) + nets * self._planned)
        return min(0.999, self._worked / max(1e-9, self._worked + ahead))

    @override
    def validation(self) -> FloatArray:
        return self._answers.copy()

    @override
    def member(self) -> Member:
        if not self.parts:
            raise DataError("Nothing has been learned yet. Give the run more time.")
        return self._loaded().to_member(self.parts)

    @override
    def save(self, folder: Path) -> None:
        tensors: dict[str, Tensor] = {"answers": torch.from_numpy(self._answers.copy())}
        for place, part in enumerate(self.parts):
            tensors |= {f"{place}:body:{name}": value for name, value in part.body.items()}
            tensors |= {f"{place}:weight": part.weight, f"{place}:bias": part.bias}
        plan = {"allowance": self.plan.allowance, "spent": self.plan.spent, "row_s": self.plan.row_s}
        state = {"parts": len(self.parts), "done": self._done, "rungs": self._rungs, "plan": plan}
        state |= {"worked": self._worked, "shared": self._shared, "sights": [part.sight for part in self.parts]}
        state |= {"number": self._number, "error": self._error, "choices": self._choices, "planned": self._planned}
        tensors |= self._soup.tensors()
        state["soup"] = self._soup.numbers()
        now = self._saved if self._tuning is None else self._tuning.saved()
        if now is not None:
            tensors |= {f"now:{name}": value for name, value in now.tensors.items()}
            state["tuning"] = now.numbers
        save_file({name: value.contiguous() for name, value in tensors.items()}, folder / _TENSORS)
        (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        tensors = load_file(folder / _TENSORS)
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        self._answers = tensors["answers"].numpy().copy()
        sights = state.get("sights", [None] * int(state["parts"]))  # earlier versions did not know
        for place, sight in enumerate(sights):
            mark = f"{place}:body:"
            body = {name.removeprefix(mark): value for name, value in tensors.items() if name.startswith(mark)}
            self.parts.append(Part(body, tensors[f"{place}:weight"], tensors[f"{place}:bias"], sight))
        self._done, self._rungs = bool(state["done"]), int(state["rungs"])
        self._number, self._error, self._choices = int(state["number"]), state["error"], state["choices"]
        self._planned = float(state["planned"])
        self._worked, self._shared = float(state["worked"]), float(state["shared"])
        self._soup.restore(tensors, state["soup"])
        self.plan = Plan(self.plan.share, **state["plan"])
        if "tuning" in state:
            mine = {name.removeprefix("now:"): value for name, value in tensors.items() if name.startswith("now:")}
            self._saved = Saved(mine, state["tuning"])
