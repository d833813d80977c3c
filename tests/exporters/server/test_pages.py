from __future__ import annotations

import base64
import hashlib
import re

import pytest

from tests.exporters.server.client import Server


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_takes_nothing_from_elsewhere_and_may_not(row_server: Server, path: str) -> None:
    reply = row_server.get(path)
    page, policy = reply.body.decode(), reply.headers["content-security-policy"]
    assert reply.headers["content-type"].startswith("text/html")
    shown = re.findall(r"https?://[^\s&<]+", page)
    assert set(shown) <= {f"http://127.0.0.1:{row_server.port}/predict"}, "as text, in commands to be copied"
    assert not re.findall(r"(?:src|href|url)\s*[=(]\s*['\"]?https?:", page)
    assert not re.findall(r"\s(?:on\w+|style)=", page), "the policy would not let it run"
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for kind, text in re.findall(r"<(script|style)>(.*?)</\1>", page, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "prefers-color-scheme: dark" in page and 'lang="en"' in page


def test_the_docs_list_every_path_and_class_as_text(row_server: Server) -> None:
    page = row_server.get("/docs").body.decode()
    for path in row_server.get("/openapi.json").json["paths"]:
        assert f"<code>{path}</code>" in page
    assert "{{" not in page and "length in cm" in page


def test_the_front_page_puts_names_in_as_text_alone(row_server: Server) -> None:
    page = row_server.get("/").body.decode()
    assert "innerHTML" not in page and "insertAdjacentHTML" not in page and "document.write" not in page
