"""What a lone file holds is said in one line of JSON, whatever it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exporters.verify.opening import main
from tests.exporters.models import TABLE, constant, content_of, model_of


@pytest.mark.parametrize("content", [content_of(model_of(TABLE, constant(TABLE))), b"\x08", None])
def test_a_model_is_opened_and_what_is_none_is_told(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.onnx"
    if content is not None:
        path.write_bytes(content)
    main(str(path))
    said = json.loads(capsys.readouterr().out)
    assert said == {"modality": "table", "kind": TABLE.kind.value} or said["problem"].endswith(".")
    assert ("problem" in said) == (content is None or len(content) < 9)
