"""Open an ``.onnx`` file from anywhere and say what it is; done in a process of its own, which may fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from exporters.errors import NotOurs
from exporters.onnx.runtime import OnnxModel


def main(path: str) -> None:
    """Print as JSON what the model in the file was asked, or what is wrong."""
    try:
        task = OnnxModel.open(Path(path)).task
        said: dict[str, Any] = {"modality": task.modality.value, "kind": task.kind.value}
    except NotOurs as error:
        said = {"problem": str(error)}
    print(json.dumps(said))
