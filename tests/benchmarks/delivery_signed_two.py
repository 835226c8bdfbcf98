"""`delivery_signed_two`: as `delivery_signed`, with two worker processes; the same floor."""

from __future__ import annotations

from typing import Any

from tests.benchmarks import delivery


def run() -> dict[str, Any]:
    """Two worker processes."""
    return delivery.run(workers=2, signed=True)
