"""What is known of an exported model beyond its graph: its own score, the data it learned from, the weights inside."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.backbones.weights import manifest
from engine.dataset import Dataset, Split
from engine.modalities.audio.kinds import PACES, SPEECH
from engine.modalities.audio.members.features import FeaturesMember as AudioFeatures
from engine.modalities.audio.members.network import NetworkMember as AudioNetwork
from engine.modalities.image.members.features import FeaturesMember as ImageFeatures
from engine.modalities.image.members.network import NetworkMember as ImageNetwork
from engine.modalities.text.members.features import FeaturesMember as TextFeatures
from engine.modalities.text.members.network import NetworkMember as TextNetwork
from engine.model.member import Member
from engine.model.model import Model
from exporters.licences import UNKNOWN, known_licences
from exporters.onnx.runtime import OnnxModel

SCORED = 2000
_PACES = {PACES: SPEECH}  # the same network, listening three times
_OWN = "residual-"  # networks that are trained from the beginning


def artefact_score(content: bytes, dataset: Dataset | None) -> dict[str, Any] | None:
    """Return metric, value, 95 % interval and number of samples of the exported model itself on the untouched part.

    Of a large part 2,000 samples are drawn. None where there is no such part, or it says nothing about the metric.
    """
    import polars as pl

    from engine.metrics import bootstrap, score

    if dataset is None or not {"split", "label"} <= set(dataset.frame.columns):
        return None
    part = dataset.part(Split.TEST)
    part = Dataset(part.frame.filter(pl.col("label").is_not_null()))
    if not len(part):
        return None
    if len(part) > SCORED:
        chosen = np.sort(np.random.default_rng(0).choice(len(part), SCORED, replace=False))
        part = Dataset(part.frame[chosen])
    model = OnnxModel(content)
    labels, answers = part.labels(model.task), model.predict_dataset(part)
    try:
        value = score(model.task.metric, labels, answers)
        interval = bootstrap(model.task.metric, labels, answers)
    except ValueError:  # one class only, for example: the metric says nothing
        return None
    if not np.isfinite([value, interval.low, interval.high]).all():
        return None
    return {
        "metric": model.task.metric,
        "value": float(value),
        "low": float(interval.low),
        "high": float(interval.high),
        "samples": len(part),
    }


def data_fingerprint(dataset: Dataset) -> str:
    """Return the SHA-256 over all that was learned from, in hexadecimal, wherever its files lie."""
    import polars as pl

    frame = dataset.frame.drop("reference", strict=False)
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    frame = frame.with_columns(pl.col(name).list.join("\x1f") for name in lists)
    return hashlib.sha256(frame.write_csv().encode()).hexdigest()


def weights_inside(model: Model) -> tuple[dict[str, Any], ...]:
    """Return what is to be said of each set of pretrained weights that the model was made from.

    That is name, licence, SHA-256, ``notice`` (whom it comes from) and ``texts`` (the files of the licences).
    """
    licences, known = known_licences(), manifest()
    used = sorted({name for part in model.members for name in _pretrained(part.member)})
    return tuple(
        {**licences[name], "sha256": known[name].sha256}
        if name in known
        else {"name": name, "licence": UNKNOWN, "sha256": "", "notice": "", "texts": []}
        for name in used
    )


def _pretrained(member: Member) -> Iterator[str]:
    """Yield the names of the pretrained weights that a member holds or was tuned from."""
    if isinstance(member, ImageFeatures | ImageNetwork) and not member.backbone.startswith(_OWN):
        yield member.backbone
    elif isinstance(member, AudioFeatures):
        yield from (name for name in (_PACES.get(name, name) for name in member.heard) if name in manifest())
    elif isinstance(member, AudioNetwork):
        yield SPEECH
    elif isinstance(member, TextFeatures | TextNetwork):
        yield from ("minilm_l6", "minilm_l6_words")
