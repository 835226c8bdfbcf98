"""What a browser makes of a colour token, worked out independently of one (CSS Color 4 and 5; WCAG 2.2 contrast)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

Rgb = tuple[float, float, float]
"""Linear sRGB, each 0 to 1."""

Lab = tuple[float, float, float]
"""OKLab: lightness, a, b."""


def tokens(css: str) -> dict[str, str]:
    """The custom properties of a stylesheet, name → value as it is written."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return {name: value.strip() for name, value in re.findall(r"(--[\w-]+)\s*:\s*([^;]+);", bare)}


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colour(text: str, *, known: Mapping[str, str], dark: bool) -> Rgb:
    """The colour that `text` means under the tokens `known`, in the dark or the light scheme."""
    text = text.strip()
    if text.startswith("#"):
        return _from_hex(text)
    name, arguments = _call(text)
    if name == "var":
        return colour(known[arguments[0]], known=known, dark=dark)
    if name == "light-dark":
        return colour(arguments[1 if dark else 0], known=known, dark=dark)
    if name == "color-mix":
        return _mix(arguments, known=known, dark=dark)
    if name == "oklch":
        return _relative(arguments[0], known=known, dark=dark)
    raise ValueError(f"a colour the test does not know: {text}")


def _mix(arguments: list[str], *, known: Mapping[str, str], dark: bool) -> Rgb:
    space, first, second = arguments
    assert space == "in oklab"
    first, _, share = first.rpartition(" ")
    part = float(share.rstrip("%")) / 100
    one, other = (_to_lab(colour(each, known=known, dark=dark)) for each in (first, second))
    return _from_lab(tuple(a * part + b * (1 - part) for a, b in zip(one, other, strict=True)))  # type: ignore[arg-type]  # three of three


def _relative(argument: str, *, known: Mapping[str, str], dark: bool) -> Rgb:
    origin, *channels = _split(argument.removeprefix("from "), " ")
    lightness, a, b = _to_lab(colour(origin, known=known, dark=dark))
    names = {"l": lightness, "c": math.hypot(a, b), "h": math.degrees(math.atan2(b, a))}
    light, chroma, hue = (_number(each, names) for each in channels)
    return _from_lab((light, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))))


def _number(text: str, names: Mapping[str, float]) -> float:
    if text in names:
        return names[text]
    if "(" not in text:
        return float(text)
    function, arguments = _call(text)
    if function == "calc":
        left, right = arguments[0].split(" + ")
        return _number(left, names) + _number(right, names)
    values = [_number(each, names) for each in arguments]
    return {"min": lambda: min(values), "clamp": lambda: max(values[0], min(values[1], values[2]))}[function]()


def _call(text: str) -> tuple[str, list[str]]:
    name, _, rest = text.partition("(")
    return name, _split(rest.removesuffix(")"), ",")


def _split(text: str, separator: str) -> list[str]:
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _from_hex(text: str) -> Rgb:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _luminance(rgb: Rgb) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def _to_lab(rgb: Rgb) -> Lab:
    red, green, blue = rgb
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_lab(lab: Lab) -> Rgb:
    """Clipped to sRGB, as browsers do."""
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _clipped(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _clipped(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _clipped(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))
