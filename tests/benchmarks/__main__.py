"""`python -m tests.benchmarks NAME [--json]`: run one benchmark and print what it found."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from typing import Any

import tests.benchmarks


def main() -> None:
    """Run the benchmark that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("name", choices=sorted(names()))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    found = _found(chosen.name)
    print(json.dumps({"name": chosen.name, **found}) if chosen.json else "\n".join(f"{key}: {value}" for key, value in found.items()))
    sys.exit(1 if "error" in found else 0)


def _found(name: str) -> dict[str, Any]:
    """What the benchmark found; where it needs something that is not installed, its sentence about that."""
    try:
        found: dict[str, Any] = importlib.import_module(f"tests.benchmarks.{name}").run()
    except SystemExit as missing:
        return {"error": str(missing)}
    return found


def names() -> list[str]:
    """The benchmarks: the modules that have no underscore before their name."""
    return [module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__) if not module.name.startswith("_")]


main()
