"""What annotation files that hold the texts themselves make of their labels, spans and numbers."""

from __future__ import annotations

from pathlib import Path

from labeling.importing import read, understand


def test_spans_are_called_as_the_class_that_two_spellings_became(tmp_path: Path) -> None:
    (tmp_path / "all.conll").write_text("Anna B-PER\n\nBob B-PER\n\nRome B-Per\n")
    frame = read(understand(tmp_path)).frame
    assert frame["label"].to_list() == [["PER"]] * 3
    assert frame["marks"].to_list() == ['[["PER", 0, 4]]', '[["PER", 0, 3]]', '[["PER", 0, 4]]']
