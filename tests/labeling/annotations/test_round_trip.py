"""What a format says that it carries survives being written and read again, and what it does not is said before."""

from __future__ import annotations

import math
import shutil
import tempfile
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.annotations.codec import Codec
from labeling.annotations.model import Annotated, Annotations, Carried
from labeling.annotations.registry import CODECS
from labeling.importing import read, understand
from labeling.media.picture import picture_size
from labeling.source import Source
from tests.labeling.annotations.samples import pictures, sounds, texts, together, write_media

OF_PICTURES = [codec for codec in CODECS.values() if Carried.BOXES in codec.carries]
OF_SOUNDS = [codec for codec in CODECS.values() if Carried.REGIONS in codec.carries]
OF_TEXTS = [
    codec
    for codec in CODECS.values()
    if Carried.SPANS in codec.carries or (Carried.CLASS in codec.carries and Carried.BOXES not in codec.carries)
]


def again(codec: Codec, annotations: Annotations) -> Annotations:
    """Write, and read what was written, beside the media."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        codec.write(annotations, folder)
        write_media(folder / "images" if codec.name == "yolo" else folder)
        source = Source(folder)
        marked = any(sample.boxes or sample.regions or sample.spans for sample in annotations.samples)
        named = codec.name != "jsonl" and any(sample.classes for sample in annotations.samples)
        assert codec.recognises(source) or not (marked or named)
        assert [other.name for other in CODECS.values() if other.recognises(source)][:1] in ([codec.name], [])
        return codec.read(source)


def alike(one: object, other: object) -> bool:
    """Whether two marks are the same, places to a millionth."""
    pairs = zip(astuple(one), astuple(other), strict=True)  # type: ignore[call-overload]
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in pairs
    )


def assert_same(read: Annotations, written: Annotations) -> None:
    assert read.problems == [], read.problems
    found = {sample.name.removeprefix("images/"): sample for sample in read.samples}
    expected = {sample.name: sample for sample in written.samples}
    assert sorted(found) == sorted(expected)
    for name, sample in expected.items():
        assert_alike(found[name], sample)


def assert_alike(found: Annotated, sample: Annotated) -> None:
    assert (found.text, found.split, found.number) == (sample.text, sample.split, sample.number)
    assert (found.classes is None) == (sample.classes is None)
    assert sorted(found.classes or ()) == sorted(sample.classes or ())
    for key in ("boxes", "regions", "spans"):
        marks, others = getattr(found, key), getattr(sample, key)
        assert (marks is None) == (others is None), key
        assert len(marks or ()) == len(others or ())
        assert all(map(alike, marks or (), others or ()))


@pytest.mark.parametrize("codec", OF_PICTURES, ids=lambda codec: codec.name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_boxes_and_classes_of_pictures(codec: Codec, data: st.DataObject) -> None:
    written = together(data.draw(pictures(codec.carries)))
    assert codec.cannot_carry(written) == []
    if written.samples:
        assert_same(again(codec, written), written)


@pytest.mark.parametrize("codec", OF_SOUNDS, ids=lambda codec: codec.name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_regions_of_sounds(codec: Codec, data: st.DataObject) -> None:
    written = together(data.draw(sounds(band=codec.name != "label_studio")))
    assert codec.cannot_carry(written) == []
    assert_same(again(codec, written), written)


@pytest.mark.parametrize("codec", OF_TEXTS, ids=lambda codec: codec.name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_spans_and_classes_of_texts(codec: Codec, data: st.DataObject) -> None:
    written = together(data.draw(texts(codec.carries)))
    assert codec.cannot_carry(written) == []
    read = again(codec, written)
    assert sorted(sample.text or "" for sample in read.samples) == sorted(
        sample.text or "" for sample in written.samples
    )
    by_text = {(sample.text, sample.split): sample for sample in read.samples}
    for sample in written.samples:
        twins = [other for other in written.samples if (other.text, other.split) == (sample.text, sample.split)]
        if len(twins) == 1:
            assert_alike(by_text[sample.text, sample.split], sample)


@pytest.mark.parametrize("codec", CODECS.values(), ids=lambda codec: codec.name)
def test_what_cannot_be_carried_is_said_before_it_is_lost(codec: Codec) -> None:
    everything = together(
        [
            Annotated("one.png", classes=("cat",), size=(64, 48), split="test"),
            Annotated("in a folder/two.png", classes=("cat", "dog")),
            Annotated("four.png", number=2.5),
            *Annotations([Annotated("in a folder/третий.png")]).samples,
        ]
    )
    missing = everything.holds() - codec.carries
    assert len(codec.cannot_carry(everything)) == len(missing)
    with tempfile.TemporaryDirectory() as name:
        codec.write(everything, Path(name))  # and the rest is written all the same


@pytest.mark.parametrize("name", [codec.name for codec in OF_PICTURES])
def test_real_boxes_survive_every_format(shared_data: Path, tmp_path: Path, name: str) -> None:
    train = shared_data / "blood_cells_boxes" / "train"
    known = CODECS["voc"].read(Source(train))
    assert len(known.samples) == 292
    assert len(known.problems) == 2  # two boxes of these files have no width
    part = Annotations(known.samples[::8], known.classes)
    CODECS[name].write(part, tmp_path)
    for sample in part.samples:
        target = tmp_path / sample.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(train / sample.name, target)
    source = Source(tmp_path)
    read = CODECS[name].read(source)
    assert {sample.name for sample in read.samples} == {sample.name for sample in part.samples}
    assert sum(len(sample.boxes or ()) for sample in read.samples) == sum(len(s.boxes or ()) for s in part.samples)
    by_name = {sample.name: sample.boxes or () for sample in read.samples}
    assert all(all(map(alike, by_name[sample.name], sample.boxes or ())) for sample in part.samples)


@pytest.mark.parametrize("name", [codec.name for codec in OF_PICTURES if Carried.CLASSES in codec.carries])
def test_real_classes_survive_every_format_that_has_several(shared_data: Path, tmp_path: Path, name: str) -> None:
    train = shared_data / "fruit_multilabel" / "train"
    labels = read(understand(train), look_seconds=0.0).frame.select("id", "label")
    given = {id: tuple(sorted(names)) for id, names in labels[::12].iter_rows()}
    samples = [Annotated(id, classes=names, size=picture_size(train / id)) for id, names in given.items()]
    CODECS[name].write(together(samples), tmp_path)
    for id in given:
        (tmp_path / id).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(train / id, tmp_path / id)
    found = CODECS[name].read(Source(tmp_path)).samples
    assert {sample.name: tuple(sorted(sample.classes or ())) for sample in found} == given
