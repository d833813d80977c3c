"""Marks that cannot be used do not turn into the statement that there is nothing to mark."""

from __future__ import annotations

import json
from pathlib import Path

from labeling.importing import read, understand
from tests.labeling.conftest import PictureMaker


def test_a_picture_whose_every_box_is_broken_has_no_label(tmp_path: Path, make_picture: PictureMaker) -> None:
    folder = tmp_path / "cells"
    for number in range(4):
        make_picture(folder / f"{number}.png", seed=number)
    boxes = [(0, 1, [1, 1, 9, 9]), (1, 7, [1, 1, 9, 9]), (2, 1, [9999, 1, 9, 9]), (55, 1, [1, 1, 9, 9])]
    document = {
        "images": [{"id": number, "file_name": f"{number}.png", "width": 32, "height": 24} for number in range(4)],
        "categories": [{"id": 1, "name": "red"}],
        "annotations": [
            {"id": number, "image_id": image, "category_id": category, "bbox": box}
            for number, (image, category, box) in enumerate(boxes)
        ],
    }
    (folder / "boxes.json").write_text(json.dumps(document))
    batch = read(understand(folder))
    labels = dict(zip(batch.frame["id"], batch.frame["label"].to_list(), strict=True))
    assert labels == {"0.png": ["red"], "1.png": None, "2.png": None, "3.png": []}
    assert any("unknown picture 55" in problem.sentence for problem in batch.problems)
