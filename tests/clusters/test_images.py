"""Pictures are decoded and encoded anew; what is no picture, or a trap, is refused in words."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime
from io import BytesIO

import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from service.clusters import images
from service.clusters.tables import Cluster, Image
from service.errors import NotFound, Refused
from tests.support import factories


def picture(
    form: str = "PNG", *, size: tuple[int, int] = (40, 30), mode: str = "RGB", colour: object = (200, 30, 30), **options: object
) -> bytes:
    out = BytesIO()
    Pillow.new(mode, size, colour).save(out, form, **options)  # type: ignore[arg-type]  # a test gives what fits the mode
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A few hundred bytes that claim to be a large PNG."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def opened(developed: images.Picture) -> Pillow.Image:
    return Pillow.open(BytesIO(developed.content))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", mode="CMYK", colour=(0, 200, 200, 0)), "image/jpeg"),
        (picture("WEBP"), "image/jpeg"),
        (picture("WEBP", mode="RGBA", colour=(200, 30, 30, 100)), "image/png"),
        (picture("PNG", mode="P", colour=1), "image/png"),
        (picture("PNG", mode="L", colour=90), "image/png"),
    ],
)
def test_every_letter_can_show_what_comes_out(content: bytes, media_type: str) -> None:
    assert images.developed(content).media_type == media_type


def test_a_see_through_logo_stays_see_through() -> None:
    shown = opened(images.developed(picture("PNG", mode="RGBA", colour=(200, 30, 30, 0))))
    assert shown.getpixel((0, 0)) == (200, 30, 30, 0)


def test_a_long_edge_is_scaled_down() -> None:
    developed = images.developed(picture("JPEG", size=(4000, 1000)))
    assert (developed.width, developed.height) == opened(developed).size == (2000, 500)


def test_place_and_camera_do_not_leave_the_office() -> None:
    exif = Pillow.Exif()
    exif[0x010F] = "A camera"
    exif[0x8825] = {1: "N", 2: (59.0, 22.0, 0.0)}
    for form in ("JPEG", "PNG", "WEBP"):
        shown = opened(images.developed(picture(form, exif=exif)))
        assert not shown.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp"} & shown.info.keys()


def test_a_picture_taken_upright_stands_upright() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    developed = images.developed(picture("JPEG", size=(40, 30), exif=exif))
    assert (developed.width, developed.height) == (30, 40)


def test_a_colour_profile_is_worked_in_and_a_broken_one_ignored() -> None:
    good = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (good, b"not a profile"):
        assert images.developed(picture("JPEG", icc_profile=profile)).media_type == "image/jpeg"


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"%PDF-1.7", picture("GIF", mode="P", colour=1), picture("PNG")[:60], picture("JPEG")[:200]]
)
def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="not a PNG, JPEG or WebP"):
        images.developed(content)


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<?xml version='1.0'?><svg/>", b"\xef\xbb\xbf\n<!DOCTYPE svg>"]
)
def test_svg_is_refused_with_its_reason(content: bytes) -> None:
    with pytest.raises(Refused, match="SVG"):
        images.developed(content)


@pytest.mark.parametrize("content", [bomb(6001, 10), bomb(10, 6001), bomb(60_000, 60_000), bomb(2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_unpacked(content: bytes) -> None:
    with pytest.raises(Refused, match="larger than 6000"):
        images.developed(content)


def test_more_than_five_megabytes_are_refused() -> None:
    with pytest.raises(Refused, match="5 MB"):
        images.developed(b"\x89PNG" + b"\0" * images.MOST_BYTES)


async def test_a_picture_is_kept_once_and_found_by_its_digest(cluster: Cluster, now: datetime) -> None:
    first = await images.store(cluster_id=cluster.id, content=picture(), now=now)
    again = await images.store(cluster_id=cluster.id, content=picture(), now=now)
    assert first.digest == again.digest
    assert await Image.count() == 1
    assert (await images.load(digest=first.digest)).content[:4] == b"\x89PNG"


async def test_two_clusters_keep_their_own(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(slug="tartu", now=now)
    for one in (cluster, other):
        await images.store(cluster_id=one.id, content=picture(), now=now)
    assert await Image.count() == 2


async def test_an_unknown_picture_is_not_found(database: None) -> None:
    with pytest.raises(NotFound):
        await images.load(digest="0" * 64)
