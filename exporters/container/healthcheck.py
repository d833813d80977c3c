"""Ask the server in this container whether it can answer. Standard library alone; exit code 0 or 1."""

from __future__ import annotations

import http.client
import os
import sys


def healthy(port: int, timeout_s: float = 4.0) -> bool:
    """Whether the server on this machine's ``port`` says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    port = os.environ.get("AUTODIDACT_PORT") or os.environ.get("PORT") or "8080"  # as the server has it
    sys.exit(0 if healthy(int(port)) else 1)
