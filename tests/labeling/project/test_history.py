from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from labeling.errors import ProjectError
from labeling.project import Project
from tests.labeling.project.conftest import PHOTOS, photos

NAMES = st.sampled_from(["bolt", "nut", "washer", "screw"])
SAMPLES = 6
State = tuple[tuple[tuple[str, str | None], ...], tuple[str, ...]]


class History(RuleBasedStateMachine):
    """A project against the plainest model of it: a list of states and a place in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.project = Project.create(self.folder / "project")
        self.project.add(PHOTOS, photos([None] * SAMPLES))
        self.names = ["Add 6 photos"]
        self.states: list[State] = [((), ()), self.seen()]
        self.place = 1

    def seen(self) -> State:
        frame = self.project.frame()
        return tuple(frame.select("id", "label").iter_rows()), tuple(info.name for info in self.project.classes())

    def changed(self, samples: dict[str, str | None], classes: list[str], name: str | None = None) -> None:
        state: State = (tuple(samples.items()), tuple(classes))
        if name is None and state == self.states[self.place]:
            return
        del self.states[self.place + 1 :], self.names[self.place :]
        self.states.append(state)
        self.names.append(name or "")
        self.place += 1

    @rule(rows=st.sets(st.integers(0, SAMPLES - 1), min_size=1), label=st.none() | NAMES)
    def label(self, rows: set[int], label: str | None) -> None:
        ids = [f"{row}.png" for row in rows]
        samples, classes = self.states[self.place]
        before = dict(samples)
        after = {key: label if key in ids else value for key, value in before.items()}
        changed = self.project.set_label([*ids, "unknown.png"], label, name="Label some")
        assert changed == sum(before[key] != after[key] for key in before)
        if changed:
            new = [label] if label is not None and label not in classes else []
            self.changed(after, [*classes, *new], "Label some")

    @rule(name=NAMES)
    def add_class(self, name: str) -> None:
        samples, classes = self.states[self.place]
        if name in classes:
            with pytest.raises(ProjectError, match="already"):
                self.project.add_class(name)
            return
        self.project.add_class(name)
        self.changed(dict(samples), [*classes, name], f"Add class “{name}”")

    @rule(old=NAMES, new=NAMES)
    def rename_class(self, old: str, new: str) -> None:
        samples, classes = self.states[self.place]
        if old == new:
            return
        if old not in classes:
            with pytest.raises(ProjectError, match="no class"):
                self.project.rename_class(old, new)
            return
        self.project.rename_class(old, new)
        joined = new in classes
        left = [name for name in classes if name != old] if joined else [new if c == old else c for c in classes]
        words = f"Merge “{old}” into “{new}”" if joined else f"Rename “{old}” to “{new}”"
        self.changed({key: new if value == old else value for key, value in samples}, left, words)

    @rule(name=NAMES)
    def remove_class(self, name: str) -> None:
        samples, classes = self.states[self.place]
        if name in classes:
            self.project.remove_class(name)
            left = [other for other in classes if other != name]
            self.changed(
                {key: None if value == name else value for key, value in samples}, left, f"Remove class “{name}”"
            )

    @rule()
    def undo(self) -> None:
        expected = self.names[self.place - 1] if self.place else None
        assert self.project.undo() == expected
        self.place = max(0, self.place - 1)

    @rule()
    def redo(self) -> None:
        expected = self.names[self.place] if self.place < len(self.names) else None
        assert self.project.redo() == expected
        self.place = min(len(self.names), self.place + 1)

    @rule()
    def close_and_open(self) -> None:
        self.project.close()
        self.project = Project.open(self.folder / "project")

    @invariant()
    def both_agree(self) -> None:
        assert self.seen() == self.states[self.place]
        assert self.project.can_undo == (self.names[self.place - 1] if self.place else None)
        assert self.project.can_redo == (self.names[self.place] if self.place < len(self.names) else None)

    @override
    def teardown(self) -> None:
        self.project.close()
        shutil.rmtree(self.folder)


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
