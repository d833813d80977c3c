"""The worker's main loop: it owns the clock and the journal, and decides who works.

Nothing heavy runs here. Learners work in the trainer, a child process that can be ended at any moment; this process
only weighs their predictions, serves the best model and answers commands, so the budget is kept whatever they do.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import traceback
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from engine.budget import Budget, awake
from engine.device import told_at_once
from engine.errors import DataError, DeviceError, EngineError, RunError
from engine.files import UNREADABLE
from engine.modalities import portfolio
from engine.model.folder import MANIFEST
from engine.run.folder import RunFolder
from engine.run.journal import Journal, replay
from engine.scheduler import POLICIES
from engine.scheduler.base import Slice
from engine.scheduler.stopping import more_than_needed
from engine.transfer.asked import guarded
from engine.worker.answer_time import AnswerTime
from engine.worker.checkpoint import Checkpoint
from engine.worker.control import Command, ControlFile, listen_to_stdin
from engine.worker.desk import CARD_PATIENCE, Desk, Errand
from engine.worker.endings import ASKED_TO, CARD_GONE, MOVED, NO_CARD, NO_ROOM, why_cut_off
from engine.worker.first import serve_constant
from engine.worker.head_start import head_start
from engine.worker.health import OWNER, give_back, memory_mb, take_ownership
from engine.worker.lookout import Lookout
from engine.worker.losses import CARD_TRIES, OVERRUN, Loss, Losses
from engine.worker.reporting import Reporter, untold
from engine.worker.result import bare_result, final_result
from engine.worker.roster import DISK_FULL, OUT_OF_MEMORY, Roster
from engine.worker.serving import Server, tidy
from engine.worker.telling import Teller, facts_of_slice
from engine.worker.trainer_handle import TrainerHandle, TrainerReply
from engine.worker.whereabouts import away

TICK = 0.1
HEARTBEAT = 1.0
JUDGINGS = 5  # the end takes so many: what is served and the small model on two parts each, the curve, and a table,
MOST_FOR_THE_END = 0.1  # which may take this share of the budget
LAST_LOOK = 0.5  # seconds that the end may wait for news of the samples where there is time left
PAUSE_PATIENCE = 2.0  # how long a slice may take to end when a pause or an end is asked for (spec 7.7)
START_PATIENCE = 15.0  # how long a trainer may take to start in the end, where something better has but to answer,
FRESH_PATIENCE = 6.0  # and then to answer: it imports libraries and loads networks
ORDER_PATIENCE = 1.0  # how long a word may take that comes along with the order to go on


class Worker:
    """One sitting of a run."""

    def __init__(self, run: RunFolder, inbox: queue.Queue[Any], trainer: TrainerHandle) -> None:
        """Take a trainer that waits for its run; its replies, and all else that happens, come in through ``inbox``."""
        self.run, self._inbox = run, inbox
        self._before = replay(run.events_path)
        first_sitting = not (run.path / OWNER).exists()
        self._budget = Budget(
            run.options.budget_s,
            spent_before=self._before.active_s,
            head_start=head_start(run) if first_sitting else 0.0,
        )
        self._journal = Journal(run.events_path, lambda: self._budget.active, self._before.events)
        self._control = ControlFile(run.control_path)
        self._desk = Desk(run.path, self._inbox, run.options.budget_s, trainer)
        self._state = "working"
        self._reason: str | None = None  # set once the run is to end
        self._patience_ends = float("inf")
        self._last_beat = 0.0
        self._leaves_because = ""  # a sentence: the sitting ends here, and the run can be resumed
        self._cannot_go_on = False  # the trainer cannot open the run as this machine is now
        self._losses = Losses()
        self._files_away = False  # nothing can be learned or asked in this sitting
        self._answer_time = AnswerTime(run.options.budget_s)
        for answered in self._before.answered:
            self._answer_time.spent(*answered)
        self._answer_time.begin_anew()
        self._reporter = Reporter(self._journal)
        self._teller = Teller(self._journal, self._before.told, run.options.notes)
        self._lookout = Lookout(run)
        self._prepared = False

    @property
    def _reserve(self) -> float:
        """Seconds kept for the final scoring; more where judging what is served has been seen to take long."""
        usual = min(max(0.5, 0.01 * self._budget.total), 3.0)
        return max(usual, min(JUDGINGS * self._reporter.longest_s, MOST_FOR_THE_END * self._budget.total))

    def run_to_end(self) -> int:
        """Train until the budget ends or someone says so; return the exit code.

        Raises:
            EngineError: nothing could be trained, for a reason that the person can be told.
        """
        try:
            if self.run.result() is not None:
                self._tidy_up()
                return 0
            return self._sit()
        except EngineError:
            raise
        except Exception as error:  # the process edge: a run in which something went wrong here can be resumed
            self._cut_off(error)
            with contextlib.suppress(OSError):  # a full disk has no room for the log either
                traceback.print_exc()
            return 1
        finally:
            self._journal.close()

    def _tidy_up(self) -> None:
        """Remove what a worker that was killed right after its result left, unless it is still there to do so."""
        with contextlib.suppress(OSError, RunError):
            take_ownership(self.run.path)
            tidy(self.run)

    def _sit(self) -> int:
        take_ownership(self.run.path)
        listen_to_stdin(self._inbox)
        signal.signal(signal.SIGTERM, self._leave)
        self._desk.device = told_at_once(self.run.options.device)
        self._desk.start()  # its imports overlap with ours
        try:
            self._prepare()
            self._loop()
            return self._end()
        except EngineError as error:
            self._fail(str(error))
            raise
        finally:
            self._desk.stop()

    def _prepare(self) -> None:
        task, options = self.run.task, self.run.options
        self._server = Server(self.run, lambda: self._budget.active)
        n_train, n_test = self._server.sizes
        if n_train == 0:
            raise DataError("There are no samples to learn from. Label some first.")
        self._look_for_files()
        new = not (self.run.model_path / MANIFEST).is_file()
        if new:
            serve_constant(self._server)  # so that there is a model whatever the graphics card does
        device = self._heard_device()
        self._entries = portfolio(task, n_train, device, self._server.train, options)
        self._server.forget_inputs()
        give_back()
        self._server.repeats = {entry.name: entry.repeats for entry in self._entries if entry.repeats}
        self._server.withdrawn = dict(self._before.withdrawn)
        self._roster = Roster(self._entries, self._before, lambda: self._server.members, self._server.verdicts)
        self._policy = POLICIES["breadth_then_gain"](options.seed, guarded(options.transfer))
        damaged = self._server.recall() if self._before.started or not new else []
        facts = {"budget_s": options.budget_s, "device": device, "task": task.to_json()}
        resumed = self._before.started
        facts |= {"pid": os.getpid(), "n_train": n_train, "n_test": n_test, "resumed": resumed}
        moment = untold(self._server.served, self._before.curve)
        self._journal.write("started", facts, active_s=moment)  # not later than what follows
        if moment is not None:
            self._tell_served(moment, written=new)
        elif self._server.served is not None:
            self._reporter.judge(self._server)
        for sentence in damaged:
            self._teller.say(sentence)
        if self._server.serve_if_ready():  # all of it was there when the last sitting was cut off
            self._point(self._server.leader)
        if self._server.served is None:
            serve_constant(self._server)
            self._point(self._server.leader)
        for learner in self._roster.untold(self._server.versions):
            self._evaluate(learner)
        self._prepared = True
        if self._reason == "finished":
            self._patience_ends = self._until_the_end()  # what has but to answer is known by now

    def _look_for_files(self) -> None:
        """See whether a run that goes on has what it learns from; if not, it can still be finished or discarded.

        Raises:
            DataError: it has not, and is to go on all the same.
        """
        sentence = away(self.run.task, self._server.parts) if self._before.started else None
        self._files_away, ends = sentence is not None, awake() + ORDER_PATIENCE
        while sentence is not None and self._reason is None and not self._leaves_because:
            if awake() > ends:
                raise DataError(sentence)
            self._listen()

    def _heard_device(self) -> str:
        """Return where the trainer computes, "cpu" where the run ends before that is known.

        Where the trainer alone can tell, its word is waited for, and commands are heard.

        Raises:
            DeviceError: it does not say, as its graphics card hangs, or ends whoever asks for it.
        """
        tries, since = 1, awake()
        while self._desk.device is None and self._reason is None and not self._leaves_because:
            self._listen()
            if self._state != "working":
                tries, since = 0, awake()
                continue
            if self._desk.empty and tries < CARD_TRIES:
                self._desk.start()
                tries, since = tries + 1, awake()
            elif self._desk.empty or awake() - since > CARD_PATIENCE:
                raise DeviceError(NO_CARD)
        return self._desk.device or "cpu"

    def _tell_served(self, moment: float, *, written: bool) -> None:
        """Tell what is served, as the last sitting was cut off before it could; its files, too, may not be written."""
        self._budget.used(moment)
        if not written:
            self._server.write_out()
        self._point(self._server.leader)

    # The loop: whatever arrives, then the clock.

    def _loop(self) -> None:
        while not self._leaves_because and (self._reason is None or self._nearly_served()):
            self._give_up_late_answers()
            self._dispatch()
            self._listen()
            self._watch_progress()
            self._tell_news()
            self._beat()

    def _listen(self) -> None:
        """Take up what arrives, be it by the clock."""
        self._hear(TICK)
        for command in self._control.poll():
            self._obey(command)
        self._watch_clock()

    def _nearly_served(self) -> bool:
        """Whether a run that is to finish keeps more, gets a better model, or knows its pace, if it waits a moment."""
        in_time = awake() < self._patience_ends and self._budget.remaining > self._reserve and not self._files_away
        busy = self._server.waiting or self._desk.working is not None
        return self._reason == "finished" and busy and in_time

    @property
    def _left(self) -> float:
        """Seconds until the end, as far as that is set."""
        left = self._budget.remaining - self._reserve
        return min(left, self._patience_ends - awake()) if self._reason == "finished" else left

    def _hear(self, timeout: float) -> None:
        try:
            item = self._inbox.get(timeout=timeout)
        except queue.Empty:
            return
        if isinstance(item, Command):
            self._obey(item)
        elif isinstance(item, TrainerReply) and self._desk.heard(item):
            self._replied(item.message)

    def _dispatch(self) -> None:
        """Give the next job out, if someone is free to take it: what serving waits for, or else the next slice.

        Where answers take long, learners work in between.
        """
        if self._state != "working" or self._desk.working is not None:
            return
        if self._desk.empty:
            self._answer_time.begin_anew()
        left = self._left
        errand = self._server.errand() if left > 0 else None
        asked, waiting = self._server.asked, set[str]()
        if asked and self._reason is None and self._answer_time.learners_turn(asked, self._budget.active, left):
            waiting = set(self._server.hold())
        to_learn = self._answer_time.left_to_learn(left, asked)
        chosen = self._next_slice(to_learn, waiting) if errand is None or waiting else None
        if chosen is not None:
            self._give(Errand("advance", chosen.learner), chosen.seconds, to_learn)  # which it plans by
        elif errand is not None:
            self._give(errand, self._piece(left), left)

    def _piece(self, left: float) -> float:
        """Return how long a candidate may answer at a stretch; there must be time left to do without the rest."""
        piece = self._answer_time.piece(left)
        return min(piece, left / 2) if self._server.predicts and not self._server.has_learned else piece

    def _give_up_late_answers(self) -> None:
        """Wait no more for answers that would come far too late: those to the samples to predict, or a candidate's.

        Before anything learned is served, what can be served without these predictions comes first. Later, what has
        made them stays, or is replaced by who can make them.
        """
        errand, asked, left = self._desk.errand, self._server.asked, self._left
        answering = errand is not None and errand.job != "advance"
        if self._state != "working" or answering or not asked or left <= 0:
            return
        if not self._answer_time.too_late(asked[0], left):
            return
        if self._server.has_learned:
            if self._reason is None:  # a run that is to finish waits but a moment, and a piece cut short tells little
                self._server.set_aside(asked[0])
                self._serve(asked[0])
        elif self._server.predicts:
            self._server.stop_predicting()
            self._answer_time = AnswerTime(self._budget.total)  # what remains to be answered takes less

    def _next_slice(self, left: float, waiting: Collection[str]) -> Slice | None:
        """Return who works next, but for those who wait to be served or were set aside; None where nobody does."""
        if self._reason is not None:
            return None
        idle = {*waiting, *self._server.aside}
        standings = [replace(standing, waits=standing.name in idle) for standing in self._roster.standings()]
        return self._policy.choose(standings, self._budget.total, left)

    def _give(self, errand: Errand, seconds: float, left: float) -> None:
        self._desk.give(errand, seconds, left, self._roster.frugality(errand.learner))

    def _watch_clock(self) -> None:
        if self._budget.remaining <= self._reserve:
            self._reason = self._reason or "budget"
        now = awake()
        if self._state == "pausing" and (self._desk.working is None or now > self._patience_ends):
            self._stand_still()
        elif self._desk.overdue and self._inbox.empty():  # where judging took long, the reply may wait to be heard
            self._slice_lost(OVERRUN)

    def _beat(self) -> None:
        now = awake()
        if now - self._last_beat < HEARTBEAT:
            return
        self._last_beat = now
        if not self.run.is_there:
            self._leaves_because = MOVED
            return
        remaining = round(self._budget.remaining, 2)
        beat = {"state": self._state, "remaining_s": remaining, "learner": self._desk.working, "memory_mb": memory_mb()}
        self._journal.write("heartbeat", beat)

    # Commands.

    def _obey(self, command: Command) -> None:
        actions: dict[str, Callable[[], None]] = {
            "pause": self._pause,
            "resume": self._resume,
            "finish": self._finish,
            "discard": self._discard,
        }
        actions[command.word]()

    def _pause(self) -> None:
        if self._state != "working":
            return
        self._state = "pausing"
        self._patience_ends = awake() + PAUSE_PATIENCE
        self._desk.interrupt()

    def _stand_still(self) -> None:
        """Free the memory and the card: the trainer ends, its learners are on disk."""
        self._take_up(self._desk.stop())
        self._budget.pause()
        give_back()
        self._state = "paused"
        self._journal.write("paused")

    def _resume(self) -> None:
        if self._state in ("pausing", "paused"):  # what is at work when a pause is taken back ends early, and is kept
            self._budget.resume()
            self._state = "working"
            self._journal.write("resumed")

    def _until_the_end(self) -> float:
        """Return until when a run that is to finish waits for what it nearly has."""
        asked = self._server.asked
        must_start = asked and (self._desk.empty or self._desk.starting)
        worth_it = must_start and self._answer_time.needed(asked) < FRESH_PATIENCE
        return awake() + (START_PATIENCE if worth_it else PAUSE_PATIENCE)

    def _without_trainer(self) -> bool:
        """End a run that is to finish with what it has, where none can work any more; return whether it is one."""
        finishing = self._reason == "finished" and self._prepared
        if finishing:
            self._take_up(self._desk.stop())
            self._patience_ends = 0.0
        return finishing

    def _finish(self) -> None:
        if self._reason == "finished":
            return
        self._resume()
        self._reason = "finished"
        self._patience_ends = self._until_the_end()
        if self._desk.errand is not None and self._desk.errand.job != "measure":
            self._desk.interrupt()

    def _discard(self) -> None:
        self._reason = "discarded"

    def _leave(self, *_: object) -> None:
        """SIGTERM: the machine shuts down. Leave a run that resume continues."""
        self._leaves_because = ASKED_TO

    # The trainer.

    def _replied(self, message: dict[str, Any]) -> None:
        kind = message["reply"]
        if kind == "slice":
            self._slice_ended(message)
        elif kind in ("answered", "measured"):
            self._errand_done(message)
        elif kind == "ready":
            self._losses.began()
            if self._reason == "finished":
                self._patience_ends = min(self._patience_ends, awake() + FRESH_PATIENCE)
            if not self._desk.ready(message["device"]) and not self._without_trainer():
                self._leaves_because = CARD_GONE  # what is learned here is for the card
        elif kind == "failed":
            # A graphics card may be of no use any more to the process in which something failed.
            errand = self._desk.done(well=False) if self._desk.device == "cpu" else self._desk.stop()
            assert errand is not None
            self._failed(errand, message["reason"], message["message"])
        elif kind == "fatal" and not self._without_trainer():
            self._cannot_go_on = True
            raise DataError(message["message"])
        elif kind == "gone":
            self._trainer_gone(int(message["code"]))

    def _slice_ended(self, message: dict[str, Any]) -> None:
        learner, seconds, done = message["learner"], message["seconds"], message["done"]
        self._desk.done()
        self._losses.worked()
        self._answer_time.lost(learner)  # as it worked on since
        self._roster.worked(learner, seconds, done=done, share=message["share"])
        self._journal.write("slice", facts_of_slice(message))
        self._teller.tell(learner, message["message"])
        wanted = self._weigh(learner) if message["version"] is not None else None
        if self._state == "working":
            self._dispatch()  # the trainer works on while the rest is written
        if wanted is not None:
            self._report(learner, wanted)

    def _errand_done(self, message: dict[str, Any]) -> None:
        learner = message["learner"]
        self._desk.done()
        self._losses.worked()
        if message["reply"] == "answered":
            seconds, share = round(message["seconds"], 3), round(message["share"], 4)
            facts = {"learner": learner, "seconds": seconds, "through": message["through"], "share": share}
            self._journal.write("answered", facts)
            self._answer_time.spent(learner, seconds, 1.0 if message["through"] else share)
            if not message["through"]:
                return
        self._server.carried_out(learner)
        self._serve(learner)

    def _tell_news(self, wait_s: float = 0.0) -> None:
        for sentence in self._lookout.news(self._server.has_learned, wait_s):
            self._teller.note(sentence)

    def _watch_progress(self) -> None:
        """End early when more time is of no use, or when nothing works at all."""
        sentence = None if self._server.waiting else self._why_end()
        if sentence is None or self._reason is not None:
            return
        if not self._roster.has_scores:
            raise RunError(
                "Nothing could be learned: every way of learning failed. The reasons are in trainer.log in "
                f"{self.run.path}."
            )
        self._teller.note(sentence)
        self._reason = "converged"

    def _why_end(self) -> str | None:
        metrics, error = self._reporter.metrics, self._reporter.error
        left = self._budget.remaining - self._reserve
        return self._roster.why_end(self._server.aside, metrics, error, self._budget.total, left)

    def _trainer_gone(self, code: int) -> None:
        loss = self._losses.of(code)
        if loss is None:
            self._take_up(self._desk.stop())
        else:
            self._slice_lost(loss)

    def _slice_lost(self, loss: Loss) -> None:
        starting, waking = self._desk.starting, self._desk.waking
        errand = self._desk.stop()
        if not starting:
            if errand is not None:
                self._failed(errand, loss.reason, loss.words)
            return
        why = self._losses.before_it_began(loss, on_a_card=waking)
        if why and self._without_trainer():
            return
        if why == NO_CARD:
            self._cannot_go_on = True
            raise DeviceError(NO_CARD)
        self._leaves_because = self._leaves_because or why

    def _failed(self, errand: Errand, reason: str, message: str) -> None:
        learner = errand.learner
        self._answer_time.lost(learner)
        if reason == DISK_FULL or not self.run.is_there:
            self._leaves_because = NO_ROOM if self.run.is_there else MOVED
            return
        sentence = self._roster.failed(learner, reason, learning=errand.job == "advance")
        facts: dict[str, Any] = {"learner": learner, "reason": reason, "message": message}
        withdrawn = errand.job != "advance" and (reason != OUT_OF_MEMORY or self._roster.left_out(learner))
        if withdrawn:
            facts["withdrawn"] = self._server.withdraw(learner)
        self._journal.write("failed", facts)
        if sentence is not None:
            self._teller.tell(learner, sentence)
        self._take_up(errand)
        if withdrawn:
            self._serve(learner)

    # Serving.

    def _weigh(self, learner: str) -> bool | None:
        """Take up a learner's new candidate; return whether it is to be served, None where it cannot be judged yet."""
        candidate = Checkpoint(self.run.checkpoints_path, learner).candidate()
        assert candidate is not None
        wanted = self._server.weigh(candidate)
        if not self._server.knows(candidate):
            return None
        first_look = self._server.is_first_look(learner)
        self._roster.scored(learner, self._server.own_score(learner), first_look=first_look)
        self._serve(learner)
        return wanted

    def _take_up(self, errand: Errand | None) -> None:
        """Weigh what a learner kept in a slice whose end was not heard of, as the trainer ended first."""
        if errand is None or errand.job != "advance":
            return
        try:
            candidate = Checkpoint(self.run.checkpoints_path, errand.learner).candidate()
        except UNREADABLE:  # a damaged disk: the learner fails of itself, the sitting goes on
            return
        if candidate is not None and not self._server.knows(candidate):
            self._evaluate(errand.learner)

    def _evaluate(self, learner: str) -> None:
        wanted = self._weigh(learner)
        if wanted is not None:
            self._report(learner, wanted)

    def _serve(self, learner: str) -> None:
        """Serve what can be served now; ``learner`` is whose candidate brought it about."""
        while self._server.serve_if_ready():
            self._dispatch()
            self._point(learner if learner in self._server.members else self._server.leader)

    def _report(self, learner: str, wanted: bool) -> None:
        self._reporter.candidate(self._server, learner, wanted=wanted)
        for sentence in self._roster.doubts(self._policy.guarded):
            self._teller.say_once(sentence)

    def _point(self, learner: str) -> None:
        self._roster.point(self._reporter.point(self._server, learner))

    def _fail(self, sentence: str) -> None:
        """Say why the run cannot go on; what was served stays.

        One that has learned something, and only cannot be opened as things are now, can be resumed once they are right.
        """
        learned = self._prepared and (self._server.has_learned or self._server.waiting)
        under_way = self._before.started or learned
        if under_way and (self._cannot_go_on or not self._prepared):
            text = f"{sentence} What was learned is kept: put that right, then resume it."
            self._teller.leave(text, "error")
            return
        self._teller.notes.append(sentence)
        self._teller.say(sentence, "error")
        self._write_result("failed")

    def _cut_off(self, error: Exception) -> None:
        """Say that this sitting ends here, where that can be said."""
        with contextlib.suppress(OSError):
            self._teller.leave(why_cut_off(error, self.run.path), "error")

    def _end(self) -> int:
        """Write the result; return the exit code."""
        if self._leaves_because:
            self._teller.leave(self._leaves_because)
            return 1
        reason = self._reason or "budget"
        if reason == "budget" and self._desk.hangs and not (self._server.has_learned or self._server.waiting):
            raise DeviceError(NO_CARD)
        lost = self._desk.stop()
        self._state = "ending"
        if reason == "finished":
            self._take_up(lost)
        if reason != "discarded":
            self._serve_in_the_end()
            self._tell_news(0.0 if reason == "budget" else LAST_LOOK)
        if self._server.too_slow is not None:
            self._teller.note(self._server.too_slow)
        generous = more_than_needed(self._roster.curve, self._budget.total) if reason == "budget" else None
        if generous is not None and self._server.has_learned:
            self._teller.note(generous)
        self._teller.notes += [verdict.sentence for verdict in self._roster.verdicts]
        if reason == "discarded":
            self._server.discard()
        self._write_result(reason)
        return 0 if self._server.has_learned else 1

    def _serve_in_the_end(self) -> None:
        """Serve what was learned, however little it was asked, rather than a plain guess; say what is missing."""
        if not self._server.has_learned and self._server.serve_unanswered():
            self._point(self._server.leader)
        for sentence in self._server.left_unanswered():
            self._teller.note(sentence)

    def _write_result(self, reason: str) -> None:
        if self._prepared:
            result = final_result(self.run, self._server, self._roster.curve, self._teller.notes, reason)
        else:
            result = bare_result(self.run, self._teller.notes, reason)
        result["active_s"] = round(self._budget.active, 3)
        self.run.write_result(result)
        self._journal.write("stopped", {"reason": reason, "result": result})
        if self._prepared:
            tidy(self.run)
