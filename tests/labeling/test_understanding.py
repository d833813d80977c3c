from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.task import Column, ColumnType, Kind, Modality
from labeling.media import MEDIA
from labeling.understanding import NAMED_CLASSES, LeftOut, Understanding, kind_words, some_names

NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name.strip())


@st.composite
def understandings(draw: st.DrawFn) -> Understanding:
    table = draw(st.booleans())
    kind = draw(st.sampled_from(Kind) if table else st.sampled_from([Kind.MULTICLASS, Kind.MULTILABEL, None]))
    samples = draw(st.integers(0, 10**6))
    names = tuple(sorted(draw(st.sets(NAMES, max_size=20)))) if kind in (Kind.MULTICLASS, Kind.MULTILABEL) else ()
    columns = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    return Understanding(
        source=Path("/data/things"),
        format="table" if table else "image_folders",
        modality=draw(st.sampled_from([Modality.TABLE, Modality.TEXT] if table else list(MEDIA))),
        kind=kind,
        classes=names,
        samples=samples,
        labelled=draw(st.integers(0, samples)),
        target=columns[0] if table else None,
        columns=tuple(Column(name, draw(st.sampled_from(ColumnType))) for name in columns[1:]),
        candidates=tuple(columns) if table else (),
        left_out=tuple(LeftOut(name, "it only numbers the rows") for name in draw(st.lists(NAMES, max_size=2))),
        set_apart=draw(st.integers(0, samples)),
        problems=tuple(draw(st.lists(NAMES, max_size=2))),
    )


@given(understandings())
def test_the_sentence_is_one_line_and_its_fields_can_be_changed(understanding: Understanding) -> None:
    parts = understanding.sentence()
    assert understanding.text() == "".join(part.text for part in parts)
    assert f"{understanding.samples:,}" in parts[0].text
    for part in parts:
        if part.field is None:
            assert not part.options
            continue
        assert part.text in part.options
        for option in part.options:
            wish = understanding.wish(part.field, option)
            assert set(wish) == {"target", "kind", "kept", "types", "layout", "apart"}


@given(understandings())
def test_an_understanding_survives_being_kept_as_json(understanding: Understanding) -> None:
    assert Understanding.from_json(json.loads(json.dumps(understanding.to_json()))) == understanding


@given(st.lists(NAMES, max_size=30).map(tuple))
def test_at_most_a_few_classes_are_named(names: tuple[str, ...]) -> None:
    shown = some_names(names)
    assert "\n" not in shown
    if len(names) > NAMED_CLASSES:
        assert shown.endswith(f" and {len(names) - NAMED_CLASSES} more")


def test_every_kind_has_its_words() -> None:
    for modality in Modality:
        assert set(kind_words(modality, rows=True)) == set(kind_words(modality, rows=False)) == set(Kind)


def test_only_what_can_be_changed_is_a_field() -> None:
    understanding = Understanding(Path("/x"), "image_folders", Modality.IMAGE, Kind.MULTICLASS)
    with pytest.raises(KeyError):
        understanding.wish("format", "coco")
