"""What a person may choose besides the time: it survives being kept, and anything else that was kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.train.choices import AS_USUAL, Choices, Networks, in_words, own_networks, restored


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with two files of weights and one of something else."""
    folder = tmp_path / "own"
    folder.mkdir()
    for name in ("resnet18.pth", "convnext_tiny.safetensors", "notes.txt"):
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("choices", [AS_USUAL, Choices(12.5, Path("/weights"), "cpu")])
def test_choices_survive_being_kept(choices: Choices) -> None:
    assert restored(json.loads(json.dumps(choices.kept()))) == choices


def test_that_the_internet_may_be_asked_is_not_kept() -> None:
    assert restored(Choices(30.0, fetch=True).kept()) == Choices(30.0)


@pytest.mark.parametrize(
    "kept",
    [
        None,
        "30",
        ["auto"],
        {},
        {"max_latency_ms": "soon", "networks": 7, "device": "tpu"},
        {"max_latency_ms": -1, "networks": "", "device": ["cpu"]},
        {"max_latency_ms": True, "networks": ["/weights"], "device": None},
        {"max_latency_ms": float("nan")},
        {"fetch": True},
        {"max_latency_ms": 10**400},
    ],
)
def test_what_is_damaged_counts_as_not_chosen(kept: object) -> None:
    assert restored(kept) == AS_USUAL


def test_what_is_whole_beside_something_damaged_is_taken() -> None:
    assert restored({"max_latency_ms": 30, "device": "tpu", "later": 1}) == Choices(30.0)


def test_a_folder_of_networks_is_looked_into(own: Path) -> None:
    found = own_networks(own)

    assert [file.name for file in found.files] == ["convnext_tiny.safetensors", "resnet18.pth"]
    assert not found.problem
    assert own_networks(None) == Networks()


def test_a_folder_without_networks_says_so_as_the_command_line_does(tmp_path: Path) -> None:
    gone = own_networks(tmp_path / "gone")
    assert gone.problem.startswith(f"There is no folder {tmp_path / 'gone'}.")
    empty = own_networks(tmp_path)
    assert empty.problem.startswith(f"There are no weights in {tmp_path}. Put files like resnet18.pth")
    assert all(found.problem.endswith("Training does without.") and not found.files for found in (gone, empty))


def test_a_folder_that_cannot_be_read_is_done_without(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> object:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert own_networks(own) == Networks(
        own, (), f"The folder {own} cannot be read (Permission denied). Training does without."
    )


def test_only_what_is_unusual_is_said(own: Path, tmp_path: Path) -> None:
    assert in_words(AS_USUAL, Networks()) == ""
    chosen = Choices(30.0, own, "cpu")
    assert in_words(chosen, own_networks(own)) == "answers within 30 ms, 2 networks of your own, on the processor"
    fetched = Choices(device="cpu", fetch=True)
    assert in_words(fetched, Networks()) == "larger networks from the internet, on the processor"
    (own / "resnet18.pth").unlink()
    assert in_words(Choices(networks=own), own_networks(own)) == "1 network of your own"
    assert in_words(Choices(networks=own), None) == "networks of your own"
    gone = tmp_path / "gone"
    assert in_words(Choices(0.5, gone), own_networks(gone)) == "answers within 0.5 ms, no networks in “gone”"
