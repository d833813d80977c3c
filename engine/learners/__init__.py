"""The Learner contract and the registry of learners.

A learner is one file under its modality and one line here; the module is imported only when the learner is wanted.
"""

from __future__ import annotations

import importlib

from engine.learners.base import Job, Learner, Progress

__all__ = ["LEARNERS", "Job", "Learner", "Progress", "learner_class"]

LEARNERS: dict[str, str] = {
    "constant": "engine.learners.constant:ConstantLearner",
    "image.thumbnail_ridge": "engine.modalities.image.learners.thumbnail_ridge:ThumbnailRidge",
    "image.frozen_head": "engine.modalities.image.learners.frozen_head:FrozenHead",
    "image.outside_head": "engine.modalities.image.learners.outside:OutsideHead",
    "image.outside_finetune": "engine.modalities.image.learners.outside:OutsideFineTune",
    "image.scratch": "engine.modalities.image.learners.scratch:Scratch",
    "image.search": "engine.modalities.image.learners.search:Search",
    "image.finetune": "engine.modalities.image.learners.finetune:ImageFineTune",
    "audio.head": "engine.modalities.audio.learners.head:Head",
    "audio.finetune": "engine.modalities.audio.learners.finetune:AudioFineTune",
    "text.ngrams": "engine.modalities.text.learners.ngrams:Ngrams",
    "text.frozen_head": "engine.modalities.text.learners.frozen_head:FrozenHead",
    "text.finetune": "engine.modalities.text.learners.finetune:TextFineTune",
    "text.scratch": "engine.modalities.text.learners.scratch:Scratch",
    "table.lightgbm": "engine.modalities.table.learners.lightgbm:LightGBM",
    "table.extra_trees": "engine.modalities.table.learners.extra_trees:ExtraTrees",
    "table.linear": "engine.modalities.table.learners.linear:Linear",
    "table.search": "engine.modalities.table.learners.search:Search",
    "table.network": "engine.modalities.table.learners.network:Network",
}


def learner_class(kind: str) -> type[Learner]:
    """Import and return the learner registered under ``kind`` (KeyError when there is none)."""
    module, _, name = LEARNERS[kind].partition(":")
    found: type[Learner] = getattr(importlib.import_module(module), name)
    return found
