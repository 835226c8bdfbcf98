"""`delivery_signed`: as `delivery`, each copy signed with RSA-2048 and Ed25519; the same floor."""

from __future__ import annotations

from typing import Any

from tests.benchmarks import delivery


def run() -> dict[str, Any]:
    """One worker process."""
    return delivery.run(signed=True)
