"""Pictures for sample clusters ★: a mosaic of circles, quarter circles and squares in tints of the brand colour, and a logo in the same manner.

Pure: the same colour and seed give the same PNG bytes, so that nothing has to be shipped and every reload stores the same picture.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageColor, ImageDraw, ImageFont

_SCALE = 2  # drawn so many times larger, then reduced: smooth edges
_TILE = 96
_LINE = 20  # letters: longer names take two lines, so that a page's header has room for its menu
_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))  # across and down, clockwise as the angles that a quarter disc fills

Colour = tuple[int, ...]


def mosaic(*, colour: str, seed: str) -> bytes:
    """A banner of ten by four tiles, 96 pixels each."""
    return _png(_tiles(_tints(colour), seed, (10, 4), _TILE * _SCALE))


def logo(*, colour: str, name: str) -> bytes:
    """A plate in the brand colour with four tiles and the name in white: legible on light and dark alike. `name` in Latin letters without marks."""
    height = 144 * _SCALE
    edge, gap = height * 2 // 3, height // 6
    lines = textwrap.wrap(name, _LINE)
    font = ImageFont.load_default(size=height * (0.36 if len(lines) == 1 else 0.29))
    words = "\n".join(lines)
    left, top, right, bottom = ImageDraw.Draw(Image.new("1", (1, 1))).multiline_textbbox((0, 0), words, font=font)
    width = int(gap + edge + gap + (right - left) + gap * 1.5)
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    brush = ImageDraw.Draw(picture)
    brush.rounded_rectangle((0, 0, width - 1, height - 1), radius=height // 7, fill=_mixed(colour, 0.0))
    picture.paste(_tiles([_mixed(colour, part) for part in (0.0, 0.62, 0.8, 1.0)], name, (2, 2), edge // 2), (gap, gap))
    brush.multiline_text((gap + edge + gap - left, (height - (bottom - top)) / 2 - top), words, font=font, fill="white")
    return _png(picture)


def _tiles(palette: Sequence[Colour], seed: str, size: tuple[int, int], edge: int) -> Image.Image:
    columns, rows = size
    chance = Random(seed)  # noqa: S311  # always the same, on purpose
    picture = Image.new("RGB", (columns * edge, rows * edge))
    for place in range(columns * rows):
        ground, figure = chance.sample(palette, 2)
        tile = _Tile(ImageDraw.Draw(picture), place % columns * edge, place // columns * edge, edge)
        tile.draw(ground, figure, chance)
    return picture


@dataclass(frozen=True, slots=True)
class _Tile:
    brush: ImageDraw.ImageDraw
    x: int
    y: int
    edge: int

    def draw(self, ground: Colour, figure: Colour, chance: Random) -> None:
        self.brush.rectangle((self.x, self.y, self.x + self.edge, self.y + self.edge), fill=ground)
        corner = chance.randrange(4)
        match chance.choice(("quarter", "quarter", "quarter", "arch", "circle", "plain")):
            case "circle":
                self.brush.circle((self.x + self.edge / 2, self.y + self.edge / 2), self.edge * 0.32, fill=figure)
            case "quarter":
                self._quarter(corner, self.edge, figure)
            case "arch":
                self._quarter(corner, self.edge, figure)
                self._quarter(corner, self.edge // 2, ground)

    def _quarter(self, corner: int, radius: int, fill: Colour) -> None:
        """A quarter of a disc round a corner of the tile; its straight sides lie on the tile's."""
        across, down = _CORNERS[corner]
        x, y = self.x + across * self.edge, self.y + down * self.edge
        self.brush.pieslice((x - radius, y - radius, x + radius, y + radius), 90 * corner, 90 * corner + 90, fill=fill)


def _tints(colour: str) -> list[Colour]:
    return [_mixed(colour, part) for part in (-0.35, 0.0, 0.3, 0.62, 0.84, 0.93)]


def _mixed(colour: str, part: float) -> Colour:
    """The colour with so much white in it; with black for a negative part."""
    goal = 255 if part > 0 else 0
    return tuple(round(one + (goal - one) * abs(part)) for one in ImageColor.getrgb(colour))


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.reduce(_SCALE).save(out, "PNG")
    return out.getvalue()
