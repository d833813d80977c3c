"""What the open project holds, as the goal needs it."""

from __future__ import annotations

from engine.task import Kind
from studio.session import Session
from studio.train.goal import Material


def material_of(session: Session) -> Material | None:
    """Return what the project holds, or None while no samples are known."""
    project, library = session.project, session.library
    understanding = project.understanding() if project is not None else None
    samples = len(library.listing)
    if understanding is None or not samples:
        return None
    kind = understanding.kind or Kind.MULTICLASS
    classes = () if kind is Kind.REGRESSION else tuple(library.counts().items())
    labelled = library.labelled
    return Material(understanding.modality, kind, understanding.target, classes, labelled, samples - labelled)
