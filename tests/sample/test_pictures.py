"""The pictures of sample clusters: always the same, in the brand colour, and fit for the studio."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from service.clusters import images
from service.sample import pictures

_TEAL = "#0f6b6e"


def test_the_same_seed_draws_the_same_picture_and_another_seed_another() -> None:
    assert pictures.mosaic(colour=_TEAL, seed="forum") == pictures.mosaic(colour=_TEAL, seed="forum")
    assert pictures.mosaic(colour=_TEAL, seed="forum") != pictures.mosaic(colour=_TEAL, seed="amsterdam")


def test_a_banner_is_wide_enough_for_a_letter_on_a_fine_screen_and_light() -> None:
    picture = images.developed(pictures.mosaic(colour=_TEAL, seed="forum"))
    assert (picture.width, picture.height) == (960, 384)
    assert len(picture.content) < 40_000


def test_a_logo_is_a_plate_in_the_brand_colour_that_grows_with_the_name() -> None:
    short, long = (Image.open(BytesIO(pictures.logo(colour=_TEAL, name=name))).convert("RGBA") for name in ("Tartu", "Tartu klaster"))
    assert short.getpixel((short.width // 2, 4)) == (0x0F, 0x6B, 0x6E, 255)
    assert short.getpixel((0, 0)) == (0, 0, 0, 0), "the corners are round"
    assert long.width > short.width
    assert long.height == short.height
