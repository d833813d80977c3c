"""What the samples of a project are like, as far as suggestions want to know. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.task import Kind
from labeling.suggest.model import Suggestions
from studio.listing import Label

if TYPE_CHECKING:
    from engine.arrays import IntArray
    from engine.worker.describer_handle import Request
    from labeling.project import Project
    from labeling.suggest.pool import Pool


@dataclass(frozen=True)
class Material:
    """The samples in row order: ``request`` for whoever describes them, ``groups`` [n] of near-copies."""

    request: Request
    ids: list[str]
    kind: Kind
    groups: IntArray


def material_of(project: Project) -> Material | None:
    """Gather what is needed to look at all samples of a project, for a thread; None while there are none.

    Raises:
        OSError: the disk is full.
    """
    from engine.dataset import INPUT_PREFIX, Dataset
    from engine.worker.describer_handle import Request
    from labeling.duplicates import groups
    from labeling.tables.together import learned_from

    understanding = project.understanding()
    if understanding is None:
        return None
    frame = project.frame()
    inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX)]
    dataset = Dataset(frame.select("id", "reference", "content", *inputs))
    request = Request.write(dataset, understanding.modality, learned_from(understanding.columns), project.cache_path)
    return Material(request, frame["id"].to_list(), understanding.kind or Kind.MULTICLASS, groups(frame))


def groups_of(project: Project) -> IntArray:
    """Return the groups of near-copies among all samples as far as they were looked at, [n], for a thread."""
    from labeling.duplicates import groups

    return groups(project.frame())


def suggested(
    project: Project, material: Material, pool: Pool, labels: Sequence[Label], classes: Sequence[str]
) -> Suggestions:
    """Return suggestions from the labels, in the material's order, and from what the pool knows; for a thread."""
    from threadpoolctl import threadpool_limits

    from labeling.suggest.suggesting import Labelling, suggest

    labelling = Labelling(material.ids, labels, material.kind, classes, material.groups)
    with threadpool_limits(1, "blas"):  # its own threads would spin where the window wants to draw
        return suggest(labelling, pool.known(), project.suggested_right())
