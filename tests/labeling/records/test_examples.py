"""What is written is what Google's own protocol buffers read, and the other way round."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.records.examples import Example, Feature, decoded, encoded, numbers_of
from labeling.records.wire import WireError

FLOATS = st.lists(st.floats(width=32, allow_nan=False), max_size=4).map(lambda numbers: np.array(numbers, np.float32))
FEATURES = st.one_of(FLOATS, st.lists(st.binary(max_size=5), min_size=1), st.lists(st.integers(0, 2**40), max_size=4))
NAMES = st.text(max_size=5).filter(lambda name: name.isprintable())


def google_example() -> Any:
    """Build ``SequenceExample`` as TensorFlow declares it."""
    file = descriptor_pb2.FileDescriptorProto(name="example.proto", package="t", syntax="proto3")
    kinds = {"message": 11, "bytes": 12, "float": 2, "int64": 3, "string": 9}

    def message(name: str, *fields: tuple[str, int, str, bool, str], parent: Any = None) -> Any:
        made = (parent.nested_type if parent is not None else file.message_type).add(name=name)
        for field, number, kind, repeated, of in fields:
            added = made.field.add(name=field, number=number, type=kinds[kind], label=3 if repeated else 1)
            if of:
                added.type_name = f".t.{of}"
        return made

    for name, kind in (("BytesList", "bytes"), ("FloatList", "float"), ("Int64List", "int64")):
        message(name, ("value", 1, kind, True, ""))
    feature = message(
        "Feature",
        ("bytes_list", 1, "message", False, "BytesList"),
        ("float_list", 2, "message", False, "FloatList"),
        ("int64_list", 3, "message", False, "Int64List"),
    )
    feature.oneof_decl.add(name="kind")
    for field in feature.field:
        field.oneof_index = 0
    message("FeatureList", ("feature", 1, "message", True, "Feature"))
    for name, field, value in (("Features", "feature", "Feature"), ("FeatureLists", "feature_list", "FeatureList")):
        entry = "FeatureEntry" if name == "Features" else "FeatureListEntry"
        made = message(name, (field, 1, "message", True, f"{name}.{entry}"))
        inner = message(entry, ("key", 1, "string", False, ""), ("value", 2, "message", False, value), parent=made)
        inner.options.map_entry = True
    message(
        "SequenceExample",
        ("context", 1, "message", False, "Features"),
        ("feature_lists", 2, "message", False, "FeatureLists"),
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.SequenceExample"))


SequenceExample = google_example()


def plain(feature: Any) -> list[Any]:
    return list(feature.tolist() if isinstance(feature, np.ndarray) else feature)


def as_google(feature: Any) -> list[Any]:
    kind = feature.WhichOneof("kind")
    return list(getattr(feature, kind).value) if kind else []


@settings(deadline=None)
@given(context=st.dictionaries(NAMES, FEATURES), lists=st.dictionaries(NAMES, st.lists(FEATURES, max_size=3)))
def test_examples_survive_and_are_read_by_the_original(
    context: dict[str, Feature], lists: dict[str, list[Feature]]
) -> None:
    record = encoded(Example(context, dict(lists)))
    read = decoded(record)
    expected = {name: plain(feature) for name, feature in context.items()}
    assert {name: plain(feature) for name, feature in read.context.items()} == expected
    steps = {name: [plain(step) for step in many] for name, many in lists.items()}
    assert {name: [plain(step) for step in many] for name, many in read.lists.items()} == steps
    original = SequenceExample.FromString(record)
    assert {name: as_google(feature) for name, feature in original.context.feature.items()} == expected
    found = original.feature_lists.feature_list.items()
    assert {name: [as_google(step) for step in many.feature] for name, many in found} == steps


def test_what_the_original_writes_is_read() -> None:
    original = SequenceExample()
    original.context.feature["label_index"].int64_list.value.extend([3, 1])
    for value in (0.0, -0.5, 1.0):
        original.feature_lists.feature_list["0_dense_input"].feature.add().float_list.value.extend([value, 2.0])
    read = decoded(original.SerializeToString())
    assert numbers_of(read.context["label_index"]) == [3.0, 1.0]
    steps = read.lists["0_dense_input"]
    assert isinstance(steps, np.ndarray)
    assert steps.tolist() == [[0.0, 2.0], [-0.5, 2.0], [1.0, 2.0]]


def test_a_long_sound_takes_no_step_by_step_reading() -> None:
    wave = np.random.default_rng(0).normal(size=(1_000_000, 1)).astype(np.float32)
    read = decoded(encoded(Example(lists={"0_dense_input": wave})))
    assert np.array_equal(np.asarray(read.lists["0_dense_input"]), wave)


@given(junk=st.binary(max_size=300))
def test_junk_is_refused_or_gives_an_example(junk: bytes) -> None:
    try:
        decoded(junk)
    except WireError:
        return


def test_a_number_in_place_of_a_message_is_refused() -> None:
    with pytest.raises(WireError):
        decoded(b"\x08\x01")
