"""One bad item or file does not keep the others out, whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from labeling.annotations.codec import FileCodec, Reading
from labeling.annotations.labelme import Labelme
from labeling.annotations.model import Annotated, Box
from labeling.annotations.registry import CODECS
from labeling.errors import ImportRefused
from labeling.source import Source
from labeling.walk import Found

SHAPE = {"label": "cat", "points": [[1, 1], [9, 9]], "shape_type": "rectangle"}
ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.just(10**400), st.floats(), st.text(max_size=3), st.just("a.png")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["label", "x", "start"]), inner),
    max_leaves=4,
)
WHOLE: dict[str, Any] = {
    "coco": {
        "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 30}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9]}],
    },
    "label_studio": [
        {
            "id": 1,
            "data": {"image": "a.png"},
            "annotations": [{"result": [{"type": "number", "value": {"x": 1, "y": 1, "labels": ["cat"]}}]}],
        }
    ],
    "create_ml": [{"image": "a.png", "annotations": [{"label": "cat", "coordinates": {"x": 9, "y": 9, "width": 5}}]}],
    "custom_vision": [
        {"id": "a", "tags": [{"tagName": "cat"}], "regions": [{"tagName": "cat", "left": 0.1}], "originalImageUri": "a"}
    ],
    "labelme": {"version": "5", "shapes": [SHAPE], "flags": {"odd": True}, "imagePath": "a.png"},
    "jsonl": {
        "file": "a.png",
        "labels": ["cat"],
        "boxes": [{"label": "cat", "x": 1}],
        "spans": [[0, 4, "x"]],
        "size": [4, 3],
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        Image.new("RGB", (40, 30)).save(tmp_path / f"{name}.png")
    return tmp_path


def test_a_shape_without_points_is_left_out_alone(folder: Path) -> None:
    for name, shapes in (("a", [{"label": "dog", "points": 5}, SHAPE]), ("b", [SHAPE])):
        document = {"version": "5", "shapes": shapes, "imagePath": f"{name}.png"}
        (folder / f"{name}.json").write_text(json.dumps(document))
    said = CODECS["labelme"].read(Source(folder))
    assert [sample.boxes for sample in said.samples] == [(Box("cat", 1, 1, 8, 8),)] * 2
    assert len(said.problems) == 1


class Odd(Labelme):
    """Files of which some hold what nobody foresaw."""

    def samples(self, found: Found, reading: Reading) -> Iterator[Annotated]:  # type: ignore[override]
        yield from super().samples(found, reading)
        if found.path.stem == "a":
            raise KeyError("shapes")


def test_what_nobody_foresaw_in_a_file_is_told_and_the_others_count(folder: Path) -> None:
    for name in ("a", "b"):
        document = {"version": "5", "shapes": [SHAPE], "imagePath": f"{name}.png"}
        (folder / f"{name}.json").write_text(json.dumps(document))
    said = Odd().read(Source(folder))
    assert [sample.name for sample in said.samples] == ["a.png", "b.png"]
    (problem,) = said.problems
    assert problem.path == "a.json" and "all after it was left out" in problem.sentence
    (folder / "b.json").unlink()
    assert len(Odd().read(Source(folder)).samples) == 1


def places(value: Any) -> Iterator[Callable[[Any], None]]:
    """Yield for everything inside a JSON value what replaces it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield lambda odd, key=key: value.__setitem__(key, odd)  # type: ignore[misc]
        yield from places(inner)


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_a_file_is_read_left_out_or_refused(name: str, data: st.DataObject, folder: Path) -> None:
    document = json.loads(json.dumps(WHOLE[name]))
    replacing = list(places(document))
    replacing[data.draw(st.integers(0, len(replacing) - 1))](data.draw(ODD))
    (folder / ("all.jsonl" if name == "jsonl" else "all.json")).write_text(json.dumps(document) + "\n")
    codec = CODECS[name]
    assert isinstance(codec, FileCodec)
    try:
        said = codec.read(Source(folder))
    except ImportRefused as refusal:
        assert "never writes" not in str(refusal)  # each of these is foreseen
    else:
        assert not any("never writes" in problem.sentence for problem in said.problems)
