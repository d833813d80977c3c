"""For engineers: what was asked, on which computer with which versions, and the fingerprints of everything."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.wording import amount, count, size
from exporters.report.document import Block, Facts, Heading, Paragraph
from exporters.report.material import Material
from exporters.report.sections.words import name_of, names


def technical(material: Material) -> list[Block]:
    """Return the chapter."""
    return [
        Heading("For engineers"),
        Facts((*_asked(material), *_times(material), *_fingerprints(material))),
        Heading("The computer it was trained on", 3),
        *_computer(material),
    ]


def _asked(material: Material) -> list[tuple[str, str]]:
    task, run = material.task, material.run
    facts = [
        ("Modality and kind", f"{task.modality.value}, {task.kind.value}"),
        ("Maximised", task.metric),
        ("Outputs", count(task.outputs)),
    ]
    if run is not None:
        options = run.options
        limit = "none" if options.max_latency_ms is None else f"{amount(options.max_latency_ms)} ms a sample"
        facts += [
            ("Seed", str(options.seed)),
            ("Device asked for, and used", f"{options.device}, {_device(material)}"),
            ("Limit on the time of an answer", limit),
            ("Own pretrained networks", "a folder was given" if options.weights else "none given"),
        ]
    return facts


def _device(material: Material) -> str:
    known = material.history is not None and material.history.device
    return material.history.device if known and material.history is not None else "not recorded"


def _times(material: Material) -> list[tuple[str, str]]:
    history = material.history
    if history is None or history.began is None or history.ended is None:
        return []
    return [("Began", _utc(history.began)), ("Ended", _utc(history.ended))]


def _utc(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, OSError, ValueError):
        return "not known"


def _fingerprints(material: Material) -> list[tuple[str, str]]:
    known = (("Model (SHA-256)", material.model_sha256), ("Training data (SHA-256)", material.data_sha256))
    return [(name, value) for name, value in known if value is not None]


def _computer(material: Material) -> list[Block]:
    computer = {} if material.outcome is None else material.outcome.computer
    if not computer:
        return [Paragraph("Not recorded in this run.")]
    facts = [
        (name, name_of(str(computer[key])))
        for name, key in (
            ("Processor", "processor"),
            ("Processor cores", "cores"),
            ("System", "system"),
            ("Python", "python"),
        )
        if computer.get(key)
    ]
    memory = computer.get("memory_bytes")
    if isinstance(memory, int):
        facts.insert(2, ("Memory", size(memory)))
    cards = computer.get("cards")
    if isinstance(cards, list) and cards:
        facts.append(("Graphics cards", names([str(card) for card in cards])))
    versions = computer.get("versions")
    if isinstance(versions, dict):
        facts += [(name_of(str(name)), name_of(str(version))) for name, version in sorted(versions.items())]
    return [Facts(tuple(facts))]
