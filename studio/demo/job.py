"""The job of the demo, step by step: drop, check labels, train, results, try, export."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from engine.results import words
from resources.paths import BLOOD_CELLS, BLOOD_CELLS_TRY
from studio.cli.scores import metric_name
from studio.demo.person import GaveUp, Person, Stalls, settle
from studio.keys.names import DIGIT_ROW
from studio.wording import amount, duration, size

if TYPE_CHECKING:
    from studio.data.screen import DataScreen
    from studio.label.screen import LabelScreen
    from studio.results.screen import ResultsScreen
    from studio.share.screen import ShareScreen
    from studio.train.screen import TrainScreen
    from studio.try_it.screen import TryItScreen
    from studio.window import MainWindow

CHECKED = 12  # labels looked at with the keyboard
GRACE_S = 120.0  # what takes seconds elsewhere takes a busy machine a minute
EXPORT_S = 300.0


class Job:
    """One way through the six screens. Each step does what a person would and yields a line about it."""

    def __init__(self, window: MainWindow, output: Path, budget_s: float) -> None:
        self.window = window
        self.output = output
        self.budget_s = budget_s
        self.person = Person(window, output)
        self.stalls = Stalls(window)

    def lines(self, begin: float) -> Iterator[str]:
        """Do the job; ``begin`` is when the window was asked for, by ``time.perf_counter``."""
        settle(self.window)
        yield f"Window: shown after {time.perf_counter() - begin:.2f} s."
        for step in (self.drop, self.check_labels, self.train, self.see_results, self.try_it, self.share):
            started = time.perf_counter()
            said = step()
            yield f"{said} ({duration(time.perf_counter() - started)})"
        yield f"Screenshots: {', '.join(picture.name for picture in self.person.pictures)} in {self.output}"

    def leave(self) -> None:
        """Close the window; a training still under way is discarded, so that nothing asks and nothing is left."""
        session = self.window.session
        if session.running:
            session.send("discard")
            self.person.wait(lambda: not session.running, GRACE_S, "the training to end")
        self.window.close()

    def drop(self) -> str:
        """Drop the sample folder on the window, read the sentence, take it in."""
        person, data = self.person, cast("DataScreen", self.window.page("data"))
        person.look("home")
        person.drop([BLOOD_CELLS])
        person.wait(lambda: data.sheet.take.isVisible(), GRACE_S, "the sentence about the folder")
        sentence = data.sheet.sentence.accessibleName()
        person.look("drop")
        person.click(data.sheet.take)
        library = self.window.session.library
        person.wait(lambda: library.labelled > 0 and not data.intake.busy, GRACE_S, "the pictures")
        person.wait(lambda: data.browser.isVisible(), GRACE_S, "the grid")
        person.look("data")
        return f"Data: dropped the folder; it says “{sentence}”. {len(library.listing)} pictures taken in."

    def check_labels(self) -> str:
        """Go through some pictures by key, confirm them, and take one wrong answer back."""
        person, label = self.person, cast("LabelScreen", self.window.page("label"))
        library = self.window.session.library
        person.press("Ctrl+2")
        person.wait(lambda: label.sample_id is not None and label.isVisible(), GRACE_S, "a picture to label")
        for _ in range(CHECKED):
            before = label.sample_id
            person.press(self._key_of(label.order.place))
            person.wait(lambda before=before: label.sample_id != before, 30, "the next picture")  # type: ignore[misc]
        wrong = label.order.place
        said = library.listing.labels[wrong]
        person.press(self._key_of(wrong, shift=1))
        person.wait(lambda: library.listing.labels[wrong] != said, 30, "the wrong label")
        person.press("Ctrl+Z")
        person.wait(lambda: library.listing.labels[wrong] == said, 30, "undo")
        person.look("label")
        return f"Label: {CHECKED} labels confirmed by key, one wrong one given and taken back with Ctrl+Z."

    def _key_of(self, place: int, shift: int = 0) -> str:
        """Return the digit of the class of a sample, or of the class ``shift`` further."""
        library = self.window.session.library
        names = list(library.counts())
        return DIGIT_ROW[(names.index(str(library.listing.labels[place])) + shift) % len(names)]

    def train(self) -> str:
        """Choose the time, press Train, watch, and wait for the end."""
        person, screen = self.person, cast("TrainScreen", self.window.page("train"))
        session = self.window.session
        person.press("Ctrl+3")
        screen.setup.durations.custom.setFocus()
        person.type(f"{self.budget_s:g}s")
        person.look("train-setup")
        self.stalls.restart()
        person.click(screen.setup.train)
        person.wait(lambda: session.model_path is not None, GRACE_S, "the first model")
        person.wait(
            lambda: screen.progress.ended or screen.progress.active_s > self.budget_s / 2, self.budget_s, "half"
        )
        person.look("training")
        person.wait(lambda: screen.progress.ended and not session.running, self.budget_s + GRACE_S, "the end")
        person.look("train-ended")
        result = self.result()
        return (
            f"Train: {duration(result['active_s'])} of {duration(result['budget_s'])} used "
            f"({result['stopped_because']}); first model after {result['t_first_s']:.1f} s; "
            f"longest stall of the window {self.stalls.longest_ms:.0f} ms."
        )

    def result(self) -> dict[str, Any]:
        """Return what the run came to."""
        run = self.window.session.run
        assert run is not None
        return cast("dict[str, Any]", json.loads((run.path / "result.json").read_text(encoding="utf-8")))

    def see_results(self) -> str:
        """Read the headline."""
        person, screen = self.person, cast("ResultsScreen", self.window.page("results"))
        person.press("Ctrl+4")
        person.wait(lambda: screen.report is not None and screen.report.result is not None, GRACE_S, "the results")
        person.look("results")
        assert screen.report is not None
        score = self.result()["score"]
        return (
            f"Results: {words.headline(screen.report)}, {words.interval(screen.report)}; "
            f"{metric_name(score['metric'])} {amount(score['test'])}."
        )

    def try_it(self) -> str:
        """Drop pictures that were not learned from, and count the right answers."""
        person, screen = self.person, cast("TryItScreen", self.window.page("try_it"))
        person.press("Ctrl+5")
        person.wait(lambda: screen.page is not None and screen.asker.is_ready, GRACE_S, "the model")
        pictures = sorted(BLOOD_CELLS_TRY.rglob("*.jpg"))
        person.drop(pictures)
        page = screen.page
        assert page is not None
        person.wait(lambda: len(page.batch.asked) == len(pictures) and not page.batch.waiting, GRACE_S, "the answers")
        person.look("try-it")
        pairs = zip(page.batch.asked, page.batch.answers, strict=True)
        right = sum(
            answer is not None and answer.shares[0][0] == Path(asked.reference or "").parent.name
            for asked, answer in pairs
        )
        return f"Try it: dropped {len(pictures)} pictures it never saw; right on {right}."

    def share(self) -> str:
        """Press Export, name the folder in the dialog, and wait for the proof."""
        person, screen = self.person, cast("ShareScreen", self.window.page("share"))
        person.press("Ctrl+6")
        card = screen.card
        assert card is not None
        person.click(card.export)
        folder = self.output / "exported"
        folder.mkdir(exist_ok=True)
        person.choose_folder(folder)
        person.wait(lambda: screen.exported is not None or card.problem.isVisible(), EXPORT_S, "the ONNX file")
        exported = screen.exported
        if exported is None:
            raise GaveUp(f"The export failed: {card.problem.words}")
        person.wait(card.outcome.proof.isVisible, GRACE_S, "the proof")
        person.look("share")
        found = exported.parity
        return (
            f"Share: {exported.path.name}, {size(exported.bytes)}; run beside the model on {found['samples']} samples, "
            f"largest difference {found['difference']:.1e}, the same answer on {found['agreement']:.0%}."
        )
