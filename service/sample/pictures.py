"""Pictures for sample clusters ★: a mosaic of circles, quarter circles and squares in tints of the brand colour, and a logo in the same manner.

Pure: the same colour and seed give the same PNG bytes, so that nothing has to be shipped and every reload stores the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from random import Random

from PIL import Image, ImageColor, ImageDraw, ImageFont

_SCALE = 2  # drawn so many times larger and scaled down: smooth edges
_TILE = 120
_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))  # across and down, clockwise as the angles that a quarter disc fills

Colour = tuple[int, ...]


def mosaic(*, colour: str, seed: str, columns: int = 10, rows: int = 4) -> bytes:
    """A banner of tiles, 120 pixels each."""
    return _png(_tiles(_tints(colour), Random(seed), columns, rows, _TILE * _SCALE), columns * _TILE, rows * _TILE)


def logo(*, colour: str, name: str) -> bytes:
    """A plate in the brand colour with four tiles and the name in white: legible on light and dark alike. `name` in Latin letters without marks."""
    height = 144 * _SCALE
    edge, gap = height * 2 // 3, height // 6
    font = ImageFont.load_default(size=height * 0.36)
    left, top, right, bottom = font.getbbox(name)
    width = int(gap + edge + gap + (right - left) + gap * 1.5)
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    brush = ImageDraw.Draw(picture)
    brush.rounded_rectangle((0, 0, width - 1, height - 1), radius=height // 7, fill=_mixed(colour, 0.0))
    sign = _tiles([_mixed(colour, part) for part in (0.0, 0.62, 0.8, 1.0)], Random(name), 2, 2, edge // 2)
    picture.paste(sign, (gap, gap))
    brush.text((gap + edge + gap - left, (height - (bottom - top)) / 2 - top), name, font=font, fill="white")
    return _png(picture, width // _SCALE, height // _SCALE)


def _tiles(palette: Sequence[Colour], chance: Random, columns: int, rows: int, edge: int) -> Image.Image:
    picture = Image.new("RGB", (columns * edge, rows * edge))
    brush = ImageDraw.Draw(picture)
    for place in range(columns * rows):
        ground, figure = chance.sample(palette, 2)
        _tile(brush, place % columns * edge, place // columns * edge, edge, ground, figure, chance)
    return picture


def _tile(brush: ImageDraw.ImageDraw, x: int, y: int, edge: int, ground: Colour, figure: Colour, chance: Random) -> None:
    brush.rectangle((x, y, x + edge, y + edge), fill=ground)
    corner = chance.randrange(4)
    match chance.choice(("quarter", "quarter", "quarter", "arch", "circle", "plain")):
        case "circle":
            brush.circle((x + edge / 2, y + edge / 2), edge * 0.32, fill=figure)
        case "quarter":
            _quarter(brush, x, y, edge, corner, edge, figure)
        case "arch":
            _quarter(brush, x, y, edge, corner, edge, figure)
            _quarter(brush, x, y, edge, corner, edge // 2, ground)


def _quarter(brush: ImageDraw.ImageDraw, x: int, y: int, edge: int, corner: int, radius: int, fill: Colour) -> None:
    """A quarter of a disc round a corner of the tile; its straight sides lie on the tile's."""
    across, down = _CORNERS[corner]
    middle, level = x + across * edge, y + down * edge
    brush.pieslice((middle - radius, level - radius, middle + radius, level + radius), 90 * corner, 90 * corner + 90, fill=fill)


def _tints(colour: str) -> list[Colour]:
    return [_mixed(colour, part) for part in (-0.35, 0.0, 0.3, 0.62, 0.84, 0.93)]


def _mixed(colour: str, part: float) -> Colour:
    """The colour with so much white in it; with black for a negative part."""
    goal = 255 if part > 0 else 0
    return tuple(round(one + (goal - one) * abs(part)) for one in ImageColor.getrgb(colour))


def _png(picture: Image.Image, width: int, height: int) -> bytes:
    out = BytesIO()
    picture.resize((width, height), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()
