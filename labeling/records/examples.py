"""``tf.train.SequenceExample``: what holds for a whole example, and lists with a value for each step of a sequence.

The messages are those of tensorflow/core/example/example.proto and feature.proto::

    SequenceExample { context: Features = 1; feature_lists: FeatureLists = 2 }
    Features        { feature: map<string, Feature> = 1 }
    FeatureLists    { feature_list: map<string, FeatureList> = 1 }
    FeatureList     { feature: repeated Feature = 1 }
    Feature         { one of bytes_list = 1, float_list = 2, int64_list = 3 }, each with value = 1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from labeling.records import wire

CONTEXT, LISTS = 1, 2
BYTES_LIST, FLOAT_LIST, INTEGER_LIST = 1, 2, 3
VALUE = 1
KEY, CONTENT = 1, 2
MOST_STEPS = 20_000_000  # of a sequence: 20 minutes of sound at 16 kHz

Feature = list[bytes] | np.ndarray | list[int]
Steps = list[Feature] | np.ndarray


@dataclass
class Example:
    """An example: ``context`` by name, and ``lists`` by name with a feature for each step.

    A list whose steps hold equally many 32-bit numbers is one array (steps, numbers).
    """

    context: dict[str, Feature] = field(default_factory=dict)
    lists: dict[str, Steps] = field(default_factory=dict)


def decoded(record: bytes) -> Example:
    """Return the example in a record.

    Raises:
        WireError: it is none, or one of its sequences is too long.
    """
    example = Example()
    message = memoryview(record)
    for features in wire.inner(message, CONTEXT):
        for name, content in _entries(features):
            example.context[name] = _feature(content)
    for features in wire.inner(message, LISTS):
        for name, content in _entries(features):
            example.lists[name] = _steps(content)
    return example


def encoded(example: Example) -> bytes:
    """Return an example as a record."""
    context = b"".join(_entry(name, _encoded(feature)) for name, feature in example.context.items())
    lists = b"".join(_entry(name, _encoded_steps(steps)) for name, steps in example.lists.items())
    return wire.field(CONTEXT, context) + wire.field(LISTS, lists)


def numbers_of(feature: Feature | None) -> list[float]:
    """Return the numbers of a feature; nothing where it holds none."""
    return [] if feature is None else [float(value) for value in feature if not isinstance(value, bytes)]


def _entries(features: memoryview) -> list[tuple[str, memoryview]]:
    """Return the entries of a map as (key, content)."""
    found = []
    for entry in wire.inner(features, VALUE):
        keys, contents = list(wire.inner(entry, KEY)), list(wire.inner(entry, CONTENT))
        if keys:
            found.append((bytes(keys[-1]).decode("utf-8", "replace"), contents[-1] if contents else memoryview(b"")))
    return found


def _feature(message: memoryview) -> Feature:
    feature: Feature = []
    for kind, _, content in wire.fields(message):
        if isinstance(content, int):
            raise wire.WireError("a feature is a number where a list should be")
        if kind == BYTES_LIST:
            feature = [bytes(value) for value in wire.inner(content, VALUE)]
        elif kind == FLOAT_LIST:
            feature = wire.floats(content, VALUE)
        elif kind == INTEGER_LIST:
            feature = wire.integers(content, VALUE)
    return feature


def _steps(content: memoryview) -> Steps:
    array = _even_steps(content)
    if array is not None:
        return array
    steps: list[Feature] = []
    for step in wire.inner(content, VALUE):
        if len(steps) == MOST_STEPS:
            raise wire.WireError("a sequence is too long")
        steps.append(_feature(step))
    return steps


def _even_steps(content: memoryview) -> np.ndarray | None:
    """Return a list whose steps are alike as an array, which is far quicker than step by step; None for any other."""
    first = next(wire.inner(content, VALUE), None)
    numbers = _feature(first) if first is not None else None
    if not isinstance(numbers, np.ndarray) or not len(numbers):
        return None
    head = wire.field(VALUE, _encoded(numbers))[: -4 * len(numbers)]
    width = len(head) + 4 * len(numbers)
    if len(content) % width:
        return None
    rows = np.frombuffer(content, dtype=np.uint8).reshape(-1, width)
    if not (rows[:, : len(head)] == np.frombuffer(head, dtype=np.uint8)).all():
        return None
    return np.ascontiguousarray(rows[:, len(head) :]).view("<f4").astype(np.float32)


def _encoded_steps(steps: Steps) -> bytes:
    if not isinstance(steps, np.ndarray) or not len(steps):
        return b"".join(wire.field(VALUE, _encoded(step)) for step in steps)
    numbers = np.ascontiguousarray(steps, dtype="<f4")
    head = np.frombuffer(wire.field(VALUE, _encoded(numbers[0]))[: -4 * numbers.shape[1]], dtype=np.uint8)
    return np.hstack([np.tile(head, (len(numbers), 1)), numbers.view(np.uint8)]).tobytes()


def _entry(name: str, content: bytes) -> bytes:
    return wire.field(VALUE, wire.field(KEY, name.encode()) + wire.field(CONTENT, content))


def _encoded(feature: Feature) -> bytes:
    if isinstance(feature, np.ndarray):
        return wire.field(FLOAT_LIST, wire.field(VALUE, wire.packed_floats(feature)))
    texts = [value for value in feature if isinstance(value, bytes)]
    if texts:
        return wire.field(BYTES_LIST, b"".join(wire.field(VALUE, text) for text in texts))
    return wire.field(INTEGER_LIST, _integers([value for value in feature if isinstance(value, int)]))


def _integers(numbers: Sequence[int]) -> bytes:
    return wire.field(VALUE, wire.packed_integers(numbers)) if numbers else b""
