"""LightGBM's text model read as arrays, without LightGBM.

The format is LightGBM's own (``GBDT::SaveModelToString``, versions v3 and v4). Its arrays are already those of
:class:`~exporters.onnx.trees.Tree`: branch numbers from 0, a leaf as ``~leaf``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray, IntArray
from exporters.errors import NotExportable
from exporters.onnx.trees import Tree

_CATEGORICAL = 1
_DEFAULT_LEFT = 2
_MISSING_ZERO, _MISSING_NAN = 1, 2
_WORD = 32


@dataclass(frozen=True)
class LightGBMModel:
    """A booster: tree ``i`` adds to the raw score of output ``i % outputs``.

    ``objective`` is the word LightGBM uses ("binary", "multiclass", "regression", …), ``settings`` what stood behind
    it ("sigmoid:1").
    """

    trees: tuple[Tree, ...]
    outputs: int
    features: int
    objective: str
    settings: Mapping[str, str]


def parse_lightgbm(text: str) -> LightGBMModel:
    """Read a text model.

    Raises:
        NotExportable: the text is damaged, or uses something whose arithmetic is not repeated here (linear trees,
            averaged forests, zero treated as missing).
    """
    head, _, rest = text.partition("\nTree=")
    header = _fields(head)
    try:
        if header.get("version") not in ("v3", "v4") or "average_output" in head.split("\n"):
            raise _unsupported("it is an averaged forest or of another version")
        blocks = rest.split("end of trees")[0].split("\nTree=") if rest else []
        words = header.get("objective", "regression").split()
        return LightGBMModel(
            trees=tuple(_tree(_fields(block)) for block in blocks),
            outputs=int(header["num_tree_per_iteration"]),
            features=int(header["max_feature_idx"]) + 1,
            objective=words[0],
            settings=dict(_setting(word) for word in words[1:]),
        )
    except (KeyError, ValueError, IndexError) as error:
        raise NotExportable(
            f"A LightGBM model in the model folder is damaged ({error!r}). Nothing was written."
        ) from error


def _setting(word: str) -> tuple[str, str]:
    name, _, value = word.partition(":")
    return name, value


def _unsupported(what: str) -> NotExportable:
    return NotExportable(f"This LightGBM model cannot be repeated exactly as ONNX: {what}. Nothing was written.")


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.split("\n") if "=" in line)


def _floats(text: str) -> FloatArray:
    return np.array(text.split(), dtype=np.float64)


def _integers(text: str) -> IntArray:
    return np.array(text.split(), dtype=np.int64)


def _tree(fields: Mapping[str, str]) -> Tree:
    if fields.get("is_linear", "0") != "0":
        raise _unsupported("its leaves are linear")
    leaves = _floats(fields["leaf_value"])
    if int(fields["num_leaves"]) == 1:
        return Tree.constant(float(leaves[0]))
    kinds = _integers(fields["decision_type"])
    categorical = (kinds & _CATEGORICAL) != 0
    missing = (kinds >> 2) & 3
    if (missing[~categorical] == _MISSING_ZERO).any():
        raise _unsupported("it takes zero for missing")
    thresholds = _floats(fields["threshold"])
    members = _members(thresholds, categorical, fields)
    numeric_left = np.where(missing == _MISSING_NAN, (kinds & _DEFAULT_LEFT) != 0, thresholds >= 0.0)
    return Tree(
        features=_integers(fields["split_feature"]),
        thresholds=np.where(categorical, 0.0, thresholds),
        members=members,
        left=_integers(fields["left_child"]),
        right=_integers(fields["right_child"]),
        missing_left=numeric_left & ~categorical,
        leaves=leaves,
    )


def _members(thresholds: FloatArray, categorical: IntArray, fields: Mapping[str, str]) -> tuple[FloatArray | None, ...]:
    if not categorical.any():
        return (None,) * len(thresholds)
    bounds, words = _integers(fields["cat_boundaries"]), _integers(fields["cat_threshold"])
    found: list[FloatArray | None] = []
    for threshold, is_category in zip(thresholds, categorical, strict=True):
        first = int(threshold) if is_category else 0
        found.append(_set_bits(words[bounds[first] : bounds[first + 1]]) if is_category else None)
    return tuple(found)


def _set_bits(words: IntArray) -> FloatArray:
    bits = (words[:, None] >> np.arange(_WORD)) & 1
    return np.flatnonzero(bits.ravel()).astype(np.float64)
