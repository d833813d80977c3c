from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.cases import CASES, PEER_CASE
from tests.benchmarks.peers.contenders import HERE, PEERS, run


def test_every_peer_has_its_packages_and_its_runner() -> None:
    for peer in PEERS:
        assert (HERE / f"requirements-{peer.environment}.txt").is_file()
        assert (HERE / f"{peer.runner.rpartition('.')[2]}.py").is_file()


def test_peers_are_compared_on_a_table() -> None:
    assert next(case for case in CASES if case.name == PEER_CASE).target


def test_pictures_are_not_for_the_peers(tmp_path: Path) -> None:
    pictures = next(case for case in CASES if case.target is None)
    with pytest.raises(ValueError, match="is pictures"):
        run(PEERS[0], pictures, 0, tmp_path, tmp_path / "out.csv", 1)
