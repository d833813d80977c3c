from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from engine.task import Column, ColumnType, Kind, Modality, Task
from studio.share import words
from studio.share.exporting import Exported
from studio.share.snippet import python_snippet, run_command

EXPORTED = Exported(Path("/out/bolts.onnx"), 17_400_000, 128, 100, 3e-6, 1e-4, 1.0, 0, 12.34, ())


def test_the_examples_hold() -> None:
    assert doctest.testmod(words).failed == 0


def test_the_proof_has_figures() -> None:
    assert words.parity(EXPORTED) == (
        "Checked on 128 samples, 28 of them made-up edge cases: largest difference 0.000003. Same answers."
    )
    assert words.facts(EXPORTED) == "17.4 MB · 12.3 ms for one sample on this computer's processor"


def test_ties_are_not_hidden() -> None:
    tied = Exported(Path("a.onnx"), 1, 9, 9, 0.0, 1e-4, 0.8, 2, 1.0, ())

    assert words.parity(tied).endswith("largest difference 0. Same answers, but for 2 exact ties.")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("modality", [Modality.IMAGE, Modality.AUDIO, Modality.TABLE])
def test_every_snippet_is_a_program_that_lets_nothing_be_sent(kind: Kind, modality: Modality) -> None:
    columns = (Column('it\'s "odd"', ColumnType.CATEGORY), Column("age", ColumnType.NUMBER))
    classes = () if kind is Kind.REGRESSION else ("a", "b")
    task = Task(modality, kind, classes, columns=columns if modality is Modality.TABLE else ())
    code = python_snippet(task, "a 'b'.onnx", {"age": 3.5})

    compile(code, "snippet", "exec")
    assert ("3.5" in code) is (modality is Modality.TABLE)
    assert ("json" in code) is bool(classes)
    assert code.index('os.environ["ORT_DISABLE_TELEMETRY"] = "1"') < code.index("import onnxruntime")


def test_the_command_survives_odd_names() -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))

    assert run_command(task, "my bolts.onnx") == "autodidact predict 'my bolts.onnx' PHOTOS --out predictions.csv"
