"""Colours ★ that stay readable: contrast as WCAG 2.2 counts it, and a brand colour moved until it passes."""

from __future__ import annotations

import re

WHITE, INK, NIGHT = "#ffffff", "#17201f", "#161a1b"
"""Paper, text on paper, and the paper of dark mode."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
ENOUGH = 4.5
"""The ratio that WCAG 2.2 §1.4.3 asks for text of ordinary size."""


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white); both `#rrggbb`."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(colour: str) -> str:
    """White where it reads on `colour`, else ink; in the narrow middle, where neither does, black."""
    return next((text for text in (WHITE, INK) if contrast(text, colour) >= ENOUGH), "#000000")


def readable(colour: str, *, on: str, ratio: float = ENOUGH) -> str:
    """`colour`, moved towards the opposite of `on` until text in it has that contrast on `on`."""
    target = INK if contrast(on, INK) > contrast(on, WHITE) else WHITE
    mixes = (_mix(colour, target, step / 20) for step in range(21))
    return next((mixed for mixed in mixes if contrast(mixed, on) >= ratio), target)


def is_colour(text: str) -> bool:
    """Whether it is `#rrggbb`: what goes into a style sheet is never anything else."""
    return _COLOUR.fullmatch(text) is not None


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(colour: str, target: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(target), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
