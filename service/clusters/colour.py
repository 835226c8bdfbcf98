"""Brand colours that stay readable ★: white text stands on them on buttons and in the heads of letters."""

from __future__ import annotations

import re

ENOUGH = 4.5  # WCAG 2.2 §1.4.3, for text of normal size

_LONG = re.compile(r"#?([0-9a-f]{6})")
_SHORT = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])")


def parse(text: str) -> str | None:
    """`#rrggbb` in lower case for `#RRGGBB`, `RRGGBB` or `#RGB`; None when it is no such colour."""
    text = text.strip().lower()
    if found := _LONG.fullmatch(text):
        return f"#{found[1]}"
    if found := _SHORT.fullmatch(text):
        return "#" + "".join(digit * 2 for digit in found.groups())
    return None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, *contrast ratio*)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(color: str) -> str:
    """The colour itself, or the nearest darker shade of its hue on which white text can be read."""
    red, green, blue = _channels(color)
    for percent in range(100, 0, -1):
        shade = f"#{red * percent // 100:02x}{green * percent // 100:02x}{blue * percent // 100:02x}"
        if contrast(shade, "#ffffff") >= ENOUGH:
            return shade
    return "#000000"


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
