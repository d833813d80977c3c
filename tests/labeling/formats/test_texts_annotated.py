"""What annotation files that hold the texts themselves make of their labels, spans and numbers."""

from __future__ import annotations

import json
from pathlib import Path

from engine.task import Kind
from labeling.importing import read, understand


def test_spans_are_called_as_the_class_that_two_spellings_became(tmp_path: Path) -> None:
    (tmp_path / "all.conll").write_text("Anna B-PER\n\nBob B-PER\n\nRome B-Per\n")
    frame = read(understand(tmp_path)).frame
    assert frame["label"].to_list() == [["PER"]] * 3
    assert frame["marks"].to_list() == ['[["PER", 0, 4]]', '[["PER", 0, 3]]', '[["PER", 0, 4]]']


def test_numbers_of_texts_are_learned(tmp_path: Path) -> None:
    results = [[{"type": "number", "value": {"number": number}}] for number in (1, 2.5)]
    tasks = [{"data": {"text": f"Text {at}"}, "annotations": [{"result": one}]} for at, one in enumerate(results)]
    (tmp_path / "tasks.json").write_text(json.dumps(tasks))
    understanding = understand(tmp_path)
    assert understanding.kind is Kind.REGRESSION
    assert understanding.text() == "2 texts with labels of Label Studio → predict a number for texts"
    assert read(understanding).frame["label"].to_list() == [1.0, 2.5]
    assert understand(tmp_path, kind=Kind.MULTICLASS).classes == ("1.0", "2.5")


def test_a_number_beside_classes_is_told_and_no_class(tmp_path: Path) -> None:
    lines = [{"text": "Good", "labels": ["praise", "short"]}, {"text": "Long", "number": 2}]
    (tmp_path / "all.jsonl").write_text("\n".join(map(json.dumps, lines)))
    batch = read(understand(tmp_path))
    assert batch.frame["label"].to_list() == [["praise", "short"], None]
    assert any("Numbers of 1 of the samples" in problem.sentence for problem in batch.problems)


def test_half_a_character_in_a_text_keeps_no_other_out(tmp_path: Path) -> None:
    said = '[{"data": {"text": "Half \\ud800 a sign"}, "annotations": [{"result": [{"value": {"choices": ["odd"]}}]}]}]'
    (tmp_path / "tasks.json").write_text(said)
    (tmp_path / "jsonl").mkdir()
    (tmp_path / "jsonl" / "all.jsonl").write_text('{"text": "Half \\ud800 a sign", "labels": ["odd"]}\n')
    for folder in (tmp_path / "tasks.json", tmp_path / "jsonl"):
        assert read(understand(folder)).frame["x:text"].to_list() == ["Half ? a sign"]
