"""The registry of members: how a ``kind`` in ``model.json`` finds the class that loads it."""

from __future__ import annotations

import importlib

from engine.errors import ModelError
from engine.model.member import Member

MEMBERS: dict[str, str] = {
    "constant": "engine.learners.constant:ConstantMember",
    "image.thumbnail": "engine.modalities.image.members.thumbnail:ThumbnailMember",
    "image.features": "engine.modalities.image.members.features:FeaturesMember",
    "image.network": "engine.modalities.image.members.network:NetworkMember",
    "audio.features": "engine.modalities.audio.members.features:FeaturesMember",
    "audio.network": "engine.modalities.audio.members.network:NetworkMember",
    "text.ngrams": "engine.modalities.text.members.ngrams:NgramsMember",
    "text.features": "engine.modalities.text.members.features:FeaturesMember",
    "text.network": "engine.modalities.text.members.network:NetworkMember",
    "text.shallow": "engine.modalities.text.members.shallow:ShallowMember",
    "table.lightgbm": "engine.modalities.table.members.lightgbm:LightGBMMember",
    "table.trees": "engine.modalities.table.members.trees:TreesMember",
    "table.linear": "engine.modalities.table.members.linear:LinearMember",
    "table.network": "engine.modalities.table.members.network:NetworkMember",
}


def member_class(kind: str) -> type[Member]:
    """Import and return the member class registered under ``kind``.

    Raises:
        ModelError: nothing is registered under that name.
    """
    if kind not in MEMBERS:
        raise ModelError(
            f"The model has a part of a kind this version does not know ({kind!r}). Open it with a newer version."
        )
    module, _, name = MEMBERS[kind].partition(":")
    found: type[Member] = getattr(importlib.import_module(module), name)
    return found
