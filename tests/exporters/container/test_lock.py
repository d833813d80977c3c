"""Locks: what is installed is named by version and hash, and nothing else gets in."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.container.lock import BadLock, joined, normalised, read_lock
from exporters.container.pins import container_lock
from exporters.standalone.described import TOKENIZER

HASH = "a" * 64
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
HASHES = st.binary(max_size=4).map(lambda seed: hashlib.sha256(seed).hexdigest())


@given(st.dictionaries(NAMES, st.sets(HASHES, min_size=1, max_size=3), max_size=5))
def test_a_joined_lock_says_what_its_parts_said(packages: dict[str, set[str]]) -> None:
    texts = [f"{name}==1.0 " + " ".join(f"--hash=sha256:{h}" for h in hashes) for name, hashes in packages.items()]
    whole = joined([*texts, *texts])
    assert {package.name: set(package.hashes) for package in read_lock(whole)} == packages
    assert joined([whole]) == whole


@pytest.mark.parametrize(
    "line",
    [
        "numpy",
        "numpy==2.4.6",
        f"numpy>=2 --hash=sha256:{HASH}",
        f"numpy==2.4.6 --hash=md5:{HASH[:32]}",
        f"numpy==2.4.6 --hash=sha256:{HASH} --index-url=http://elsewhere",
        f"numpy @ http://elsewhere/numpy.whl --hash=sha256:{HASH}",
        "--index-url http://elsewhere",
        "-r other.txt",
        "./numpy.whl",
    ],
)
def test_what_would_be_installed_unchecked_is_refused(line: str) -> None:
    with pytest.raises(BadLock, match="not NAME==VERSION with SHA-256 hashes alone"):
        read_lock(line)


def test_a_package_named_twice_is_refused() -> None:
    with pytest.raises(BadLock, match="names typing_extensions twice"):
        read_lock(f"typing-extensions==1 --hash=sha256:{HASH}\ntyping_extensions==2 --hash=sha256:{HASH}\n")


def test_locks_that_disagree_are_not_joined() -> None:
    with pytest.raises(BadLock, match="want different versions of idna"):
        joined([f"idna==1 --hash=sha256:{HASH}", f"idna==2 --hash=sha256:{HASH}"])


def test_files_for_other_systems_add_up() -> None:
    whole = joined([f"idna==1 --hash=sha256:{HASH}", f"idna==1 --hash=sha256:{'b' * 64}"])
    assert read_lock(whole)[0].hashes == {HASH, "b" * 64}


def test_names_are_compared_as_wheels_spell_them() -> None:
    assert normalised("Typing.Extensions") == normalised("typing-extensions") == "typing_extensions"


@pytest.mark.parametrize("modality", ["image", "audio", "text", "table"])
def test_every_modality_s_container_is_locked_with_the_server(modality: str) -> None:
    for names_of_files in ([], [TOKENIZER]):
        manifest = {"files": dict.fromkeys(names_of_files), "task": {"modality": modality}}
        text = container_lock(manifest)
        names = {package.name for package in read_lock(text)}
        assert {"onnxruntime", "numpy", "uvicorn", "starlette", "python_multipart", "h11"} <= names
        assert not {"torch", "polars", "scipy", "huggingface_hub", "hf_xet", "colorama", "httpx2"} & names
        assert re.search(r"^onnxruntime==\d", text, flags=re.MULTILINE)
