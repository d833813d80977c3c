"""The peers: what each needs, and how it is run and measured as the product itself is."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.cases import Case
from tests.benchmarks.command import measure
from tests.benchmarks.scoring import Moment, area, score_file, true_labels
from tests.benchmarks.training import Outcome

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
ENVIRONMENTS = ROOT / ".peers"
_SPARE_S = 240.0


@dataclass(frozen=True)
class Peer:
    """Another tool: the module that runs it, and the environment that it shares with those of equal ``environment``."""

    name: str
    environment: str
    runner: str

    @property
    def python(self) -> Path:
        """The interpreter that has it."""
        return ENVIRONMENTS / self.environment / "bin" / "python"

    @property
    def ready(self) -> bool:
        """Whether its environment was made to the end."""
        return _stamp(self.environment).is_file()


PEERS = (
    Peer("LightGBM", "flaml", "tests.benchmarks.peers.run_lightgbm"),
    Peer("FLAML", "flaml", "tests.benchmarks.peers.run_flaml"),
    Peer("AutoGluon", "autogluon", "tests.benchmarks.peers.run_autogluon"),
)


def _stamp(environment: str) -> Path:
    return ENVIRONMENTS / environment / "complete"


def prepare() -> None:
    """Make the environments that are not there yet.

    Raises:
        subprocess.CalledProcessError: a package could not be installed; pip has said why.
    """
    for environment in dict.fromkeys(peer.environment for peer in PEERS):
        if _stamp(environment).is_file():
            continue
        print(f"making .peers/{environment} (several minutes the first time)", flush=True)
        folder = ENVIRONMENTS / environment
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        requirements = HERE / f"requirements-{environment}.txt"
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", "-r", requirements], check=True)
        _stamp(environment).touch()


def run(peer: Peer, case: Case, seed: int, data: Path, out: Path, budget_s: float) -> Outcome:
    """Let a peer learn a case for the same seconds; its one point stands where its answers were written.

    Raises:
        CommandError: it failed or did not end.
    """
    if case.target is None:
        raise ValueError(f"The peers learn tables, but {case.name} is pictures.")
    words: list[str | Path] = [peer.python, "-m", peer.runner, data / case.train, data / case.test, case.target]
    finished = measure([*words, f"{budget_s:g}", str(seed), out], budget_s + _SPARE_S, cwd=ROOT)
    scores = score_file(out, true_labels(data / case.test, case.target))
    curve = [Moment(out.stat().st_mtime - finished.started, scores)]
    figures = {
        "first_written_s": curve[0].seconds,
        "wall_s": finished.wall_s,
        "peak_mb": finished.peak_mb,
        "accuracy": scores.accuracy,
        "nauc": scores.nauc,
        "alc": area(curve),
    }
    return Outcome(case.name, peer.name, seed, figures, curve)
