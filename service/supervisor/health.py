"""Asking the web process whether all is in order, over HTTP as anybody else would."""

from __future__ import annotations

import http.client
import json

from service.settings import Site

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


def missing(site: Site) -> list[str]:
    """The names of the parts that are missing, as `/health/whole` says it; empty when all is in order."""
    connection = http.client.HTTPConnection(_EVERY_ADDRESS.get(site.host, site.host), site.port, timeout=5)
    try:
        connection.request("GET", "/health/whole", headers={"Host": f"localhost:{site.port}"})
        answer = connection.getresponse()
        told = json.loads(answer.read() or b"{}")
    except (OSError, http.client.HTTPException, ValueError):
        return ["web"]
    finally:
        connection.close()
    return [] if answer.status == 200 else list(told.get("missing", ["web"]))
