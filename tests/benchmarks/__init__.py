"""Figures, each with its floor in the same run: `python -m tests.benchmarks NAME [--json]`.

A benchmark is a module here with a function `run() -> dict`; its result holds `ratio` where there is a floor.
"""
