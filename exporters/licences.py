"""The full texts of the licences of what goes along with an artefact, and a notice of what each of them is for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

FOLDER, NOTICE = "LICENSES", "NOTICE.txt"
OWN = "Apache-2.0.txt"
UNKNOWN = "not known: these are weights that the person brought"
_RULE = "\n" + "=" * 80 + "\n"

Weights = Sequence[Mapping[str, Any]]


def known_licences() -> dict[str, dict[str, Any]]:
    """Return what is known of each set of pretrained weights, by the name that the engine gives it."""
    return tomllib.loads(resources.files("resources").joinpath("licences.toml").read_text(encoding="utf-8"))


def licence_text(name: str) -> bytes:
    """Return the full text of a licence by the name of its file."""
    return resources.files("resources").joinpath("licences", name).read_bytes()


def licence_files(weights: Weights) -> dict[str, bytes]:
    """Return the files of the folder of licences of an artefact that holds our code and these weights, by path."""
    texts = {name: licence_text(name) for name in {OWN, *_names(weights)}}
    own = f"The programs that are handed over with the model, by Autodidact Studio: Apache-2.0, see {OWN}."
    files = {**texts, NOTICE: f"{own}\n\n{_notice(weights)}".encode()}
    return {f"{FOLDER}/{name}": content for name, content in sorted(files.items())}


def licences_in_one(weights: Weights) -> bytes:
    """Return the notice and all texts in one, for a model that is a single file; empty where it holds no weights."""
    if not weights:
        return b""
    texts = [f"{name}\n\n{licence_text(name).decode()}" for name in _names(weights)]
    return _RULE.join([_notice(weights), *texts]).encode()


def _names(weights: Weights) -> list[str]:
    return sorted({name for entry in weights for name in entry["texts"]})


def _notice(weights: Weights) -> str:
    if not weights:
        return "The model was made from nothing but the data it learned from; who made it says who may use it.\n"
    lines = ["The model was made with these pretrained weights, which were changed where it was tuned:", ""]
    for entry in weights:
        lines.append(f"- {entry['name']}: {entry['licence']}")
        if entry["texts"]:
            lines.append(f"  {entry['notice']}")
            lines.append(f"  SHA-256 {entry['sha256']}; see {', '.join(entry['texts'])}")
    return "\n".join(lines) + "\n"
