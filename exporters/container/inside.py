"""Send one request to the server from inside its container. Standard library alone; run by the container's own Python.

The first line of standard input says what to send as JSON, the rest is the body; standard output gets a line of JSON
with the status and the headers, and then the body of the reply.
"""

from __future__ import annotations

import http.client
import json
import os
import sys


def main() -> None:
    """Send the request and hand the reply over."""
    wanted = json.loads(sys.stdin.buffer.readline())
    port = int(os.environ.get("AUTODIDACT_PORT") or os.environ.get("PORT") or "8080")  # as the server has it
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=wanted["timeout_s"])
    connection.request(wanted["method"], wanted["path"], sys.stdin.buffer.read() or None, wanted["headers"])
    reply = connection.getresponse()
    body = reply.read()
    head = {"status": reply.status, "headers": dict(reply.getheaders())}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)


if __name__ == "__main__":
    main()
