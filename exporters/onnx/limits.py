"""Which models ONNX can carry, said before any of the work begins."""

from __future__ import annotations

from engine.model.model import Model
from engine.task import Modality, Task
from exporters.errors import NotExportable
from exporters.onnx.inputs import FORMS
from exporters.onnx.members import WRITERS

_INSTEAD = "Nothing was written. Use the model folder with `autodidact predict`, which runs every model."
_READ = {Modality.IMAGE: "pictures", Modality.AUDIO: "sounds", Modality.TEXT: "texts", Modality.TABLE: "tables"}


def why_not(task: Task) -> str | None:
    """Return why no model of ``task`` can be written as ONNX, in words that end a sentence; None where one can."""
    if task.modality in FORMS:
        return None
    return f"it reads {_READ[task.modality]}, and the way they are read has no ONNX form yet"


def refuse_what_cannot_be_written(model: Model) -> None:
    """Let pass what can be exported.

    Raises:
        NotExportable: the task or a member has no ONNX form; every such member is named.
    """
    reason = why_not(model.task)
    if reason is not None:
        raise NotExportable(f"This model cannot be exported as ONNX: {reason}. {_INSTEAD}")
    unknown = [f"“{part.name}” ({part.member.kind})" for part in model.members if part.member.kind not in WRITERS]
    if unknown:
        what = "a part that has" if len(unknown) == 1 else "parts that have"
        raise NotExportable(f"This model holds {what} no ONNX form yet: {', '.join(unknown)}. {_INSTEAD}")
