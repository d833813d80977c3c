from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.backbones.outside import plain
from engine.budget import Deadline
from engine.errors import ModelError
from engine.learners.base import Job
from engine.modalities.image.learners import outside
from engine.modalities.image.learners.outside import OutsideFineTune, OutsideHead
from engine.modalities.image.members.features import FeaturesMember
from engine.modalities.image.members.network import NetworkMember
from engine.modalities.image.samples import ImageSamples
from tests.engine.learners import contract
from tests.engine.modalities.image.pictures import class_job, texture


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "shufflenet_v2_x0_5.pth"
    torch.save(plain("torchvision/shufflenet_v2_x0_5").state_dict(), path)
    return path


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("pictures")
    return replace(class_job(folder / "p", each=8, cache=folder / "cache"), cache=folder / "cache")


def head(job: Job, own: Path) -> OutsideHead:
    settings: dict[str, Any] = {"weights": str(own), "resolution": 64, "first": 12}
    return OutsideHead(job, settings)


def test_a_head_keeps_the_contract(job: Job, own: Path, tmp_path: Path) -> None:
    one = contract.slices_and_restarts_change_nothing(lambda: head(job, own), tmp_path)
    contract.its_predictions_are_well_formed(one)
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")


def tuned(job: Job, own: Path) -> OutsideFineTune:
    settings: dict[str, Any] = {"weights": str(own), "resolution": 64, "epochs": 1, "batch": 8}
    return OutsideFineTune(replace(job, threads=1), settings)


def test_tuning_keeps_the_contract(job: Job, own: Path, tmp_path: Path) -> None:
    one = contract.slices_and_restarts_change_nothing(lambda: tuned(job, own), tmp_path)
    contract.its_predictions_are_well_formed(one)
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")


def test_a_tuned_model_needs_no_file_of_the_person_s(job: Job, own: Path, tmp_path: Path) -> None:
    given = tmp_path / own.name
    given.write_bytes(own.read_bytes())
    member = contract.run_to_the_end(tuned(replace(job, cache=tmp_path / "cache"), given)).member()
    expected = member.predict(job.samples)
    (folder := tmp_path / "member").mkdir()
    settings = member.save(folder)
    given.unlink()
    shutil.rmtree(tmp_path / "cache")
    np.testing.assert_allclose(NetworkMember.load(folder, settings, job.task).predict(job.samples), expected, atol=1e-6)


def test_its_model_needs_no_file_of_the_person_s(job: Job, own: Path, tmp_path: Path) -> None:
    given = tmp_path / own.name
    given.write_bytes(own.read_bytes())
    job = replace(job, cache=tmp_path / "cache")
    member = contract.run_to_the_end(head(job, given)).member()
    expected = member.predict(job.samples)
    (folder := tmp_path / "member").mkdir()
    settings = member.save(folder)
    given.unlink()
    shutil.rmtree(tmp_path / "cache")
    folder = folder.rename(tmp_path / "elsewhere")
    loaded = FeaturesMember.load(folder, settings, job.task)
    np.testing.assert_allclose(loaded.predict(job.samples), expected, atol=1e-6)


def test_a_loaded_model_answers_when_its_folder_is_gone(job: Job, own: Path, tmp_path: Path) -> None:
    member = contract.run_to_the_end(head(job, own)).member()
    (folder := tmp_path / "member").mkdir()
    loaded = FeaturesMember.load(folder, member.save(folder), job.task)
    shutil.rmtree(folder)
    found, expected = (
        one.predict(ImageSamples.from_arrays([texture(label, 90) for label in range(3)])) for one in (loaded, member)
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_model_without_its_weights_is_said_to_be_damaged(job: Job, own: Path, tmp_path: Path) -> None:
    settings = contract.run_to_the_end(head(job, own)).member().save(tmp_path)
    (tmp_path / "network.safetensors").unlink()
    with pytest.raises(ModelError, match="Train again"):
        FeaturesMember.load(tmp_path, settings, job.task)


@pytest.mark.parametrize("content", [b"", b"no weights at all"])
def test_a_file_that_cannot_be_used_ends_the_learner_with_a_sentence(job: Job, tmp_path: Path, content: bytes) -> None:
    (path := tmp_path / "resnet18.pth").write_bytes(content)
    progress = head(job, path).advance(Deadline(5.0))
    assert progress.done
    assert not progress.improved
    assert "resnet18.pth" in progress.message
    progress = tuned(job, path).advance(Deadline(5.0))
    assert progress.done
    assert not progress.message


@pytest.fixture(scope="module")
def of_one_size(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small transformer that sees pictures of 160 pixels alone."""
    path = tmp_path_factory.mktemp("own") / "test_vit3.pth"
    torch.save(plain("timm/test_vit3").state_dict(), path)
    return path


def test_a_network_of_one_size_has_a_head_at_that_size(job: Job, of_one_size: Path, tmp_path: Path) -> None:
    one = contract.run_to_the_end(head(job, of_one_size))
    contract.its_predictions_are_well_formed(one)
    member = one.member()
    assert isinstance(member, FeaturesMember)
    assert member.resolution == 160
    contract.its_saved_member_answers_the_same(one, tmp_path / "m")


def test_a_network_of_one_size_is_not_tuned_and_it_says_so(job: Job, of_one_size: Path) -> None:
    one = tuned(job, of_one_size)
    progress = one.advance(Deadline(contract.LONG))
    assert progress.done
    assert not progress.improved
    assert "test_vit3.pth sees pictures of 160 px alone, so it is not tuned" in progress.message
    assert one._net is None


def test_a_processor_leaves_a_large_network_as_it_is_and_says_so(
    job: Job, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "_MOST_WEIGHTS", 100_000)
    one = tuned(job, own)
    progress = one.advance(Deadline(contract.LONG))
    assert progress.done
    assert not progress.improved
    assert "shufflenet_v2_x0_5.pth is too large to be tuned on a processor" in progress.message
    assert one._net is None  # no time went into it
    assert contract.run_to_the_end(head(job, own)).validation().shape == (24, 3)
    assert not tuned(replace(job, device="cuda"), own)._too_large


def test_it_is_left_out_where_nothing_can_be_kept(job: Job, own: Path) -> None:
    progress = head(replace(job, cache=None), own).advance(Deadline(5.0))
    assert progress.done
    assert "no folder" in progress.message
