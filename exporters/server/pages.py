"""The pages for a browser: each one file without anything from elsewhere, under a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from engine.task import Task
from exporters.server import docs_page, examples, front_page

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page and its content security policy."""

    content: str
    policy: str

    def response(self) -> Response:
        """Return the page as an answer."""
        headers = {"content-security-policy": self.policy, "x-frame-options": "DENY"}
        return Response(self.content, media_type="text/html", headers=headers)


def page() -> Page:
    """Return the front page, on which the model can be tried."""
    return _page(front_page.HTML)


def docs(openapi: Mapping[str, Any], task: Task, port: int) -> Page:
    """Return the page that lists every path with what it takes and answers, and shows how a program asks."""
    url = f"http://127.0.0.1:{port}/predict"
    filled = {
        "title": html.escape(openapi["info"]["title"]),
        "about": html.escape(openapi["info"]["description"]),
        "curl": html.escape(examples.curl(task, url)),
        "many": html.escape(examples.many(task)).replace("`", ""),
        "python": html.escape(examples.python(task, url)),
        "paths": "\n".join(_paths(openapi)),
        "schemas": "\n".join(_schemas(openapi)),
    }
    return _page(re.sub(r"\{\{(\w+)\}\}", lambda match: filled[match[1]], docs_page.HTML))


def _page(content: str) -> Page:
    allowed: dict[str, list[str]] = {"script": [], "style": []}
    for kind, text in _INLINE.findall(content):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        allowed[kind].append(f"'sha256-{digest}'")
    sources = "".join(
        f"{kind}-src {' '.join(found) or chr(39) + 'none' + chr(39)}; " for kind, found in allowed.items()
    )
    rest = "img-src 'self' blob:; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    return Page(content, f"default-src 'none'; {sources}{rest}; frame-ancestors 'none'")


def _paths(openapi: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in openapi["paths"].items():
        for method in ("get", "post"):
            if method in methods:
                yield _operation(method, path, methods[method])


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    taken = operation.get("requestBody", {}).get("content", {})
    takes = "".join(
        f"<li><code>{html.escape(kind)}</code> {_shape(part['schema'])}</li>" for kind, part in taken.items()
    )
    answers = "".join(
        f"<li><code>{html.escape(status)}</code> {html.escape(answer['description'])}</li>"
        for status, answer in operation["responses"].items()
    )
    body = f"<p>Takes one of</p><ul>{takes}</ul>" if takes else ""
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{html.escape(path)}</code> "
        f"{html.escape(operation['summary'])}</summary>{body}<p>Answers</p><ul>{answers}</ul></details>"
    )


def _shape(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = html.escape(str(schema["$ref"]).rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    fields = schema.get("properties", {})
    return "with the field " + ", ".join(f"<code>{html.escape(name)}</code>" for name in fields) if fields else ""


def _schemas(openapi: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in openapi["components"]["schemas"].items():
        words = html.escape(json.dumps(schema, ensure_ascii=False, indent=1))
        yield f'<details id="{name}"><summary><code>{name}</code></summary><pre>{words}</pre></details>'
