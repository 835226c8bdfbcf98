"""Pictures of a cluster, made safe: whatever is uploaded is decoded and encoded anew, so that only pixels remain.

Metadata (place, camera, comments) goes; a long edge above 2,000 pixels is scaled down; WebP becomes PNG or JPEG, because
pictures go into letters and Outlook on Windows shows no WebP. Decoding happens off the event loop, one picture at a time: one of
36 megapixels takes 150 MB.
"""

from __future__ import annotations

import asyncio
import hashlib
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from service.audit import trail
from service.clusters.tables import Image
from service.errors import NotFound, Refused
from service.persistence.engine import connection
from service.persistence.transaction import transaction

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 6000  # of an edge
LONG_EDGE = 2000

_FORMATS = ("PNG", "JPEG", "WEBP")
_STUDIO = ThreadPoolExecutor(max_workers=1, thread_name_prefix="images")

_INSERT = """
INSERT INTO image (cluster_id, digest, media_type, width, height, content, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (cluster_id, digest) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """What came out of the studio."""

    media_type: str
    width: int
    height: int
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, hex: the picture's name."""
        return hashlib.sha256(self.content).hexdigest()


async def store(*, cluster_id: int, content: bytes, now: datetime, actor_id: int | None = None) -> Image:
    """Keep a PNG, JPEG or WebP picture of at most 5 MB and 6,000 × 6,000 pixels; raises Refused. The same picture is kept once."""
    picture = await asyncio.get_running_loop().run_in_executor(_STUDIO, developed, content)
    digest = picture.digest
    async with transaction(), connection() as raw:
        image_id = await raw.fetchval(_INSERT, cluster_id, digest, picture.media_type, picture.width, picture.height, picture.content, now)
        if image_id is not None:
            await trail.record(
                action="image.stored", subject_kind="image", subject_id=image_id, cluster_id=cluster_id, actor_id=actor_id, now=now
            )
    return await load(digest=digest)


async def chosen(*, cluster_id: int, content: bytes | None, present: str | None, now: datetime, actor_id: int | None) -> str | None:
    """The digest that a form leaves behind: of the picture that was uploaded, else the present one. Raises Refused."""
    return present if content is None else (await store(cluster_id=cluster_id, content=content, now=now, actor_id=actor_id)).digest


async def load(*, digest: str) -> Image:
    """The picture of this name; raises NotFound."""
    image = await Image.objects().where(Image.digest == digest).first()
    if image is None:
        raise NotFound("There is no such picture here.")
    return image


def developed(content: bytes) -> Picture:
    """Decode and encode anew (blocking, up to a second); raises Refused with what to do instead."""
    if len(content) > MOST_BYTES:
        raise Refused("The picture has more than 5 MB. Save it smaller, for example as JPEG.", field="image")
    if _looks_like_svg(content):
        raise Refused("SVG drawings can carry programs, and mail does not show them. Save the picture as PNG.", field="image")
    source = _opened(content)
    opaque = not _has_alpha(source)
    picture = _scaled(_upright(source, "RGB" if opaque else "RGBA"))
    as_jpeg = opaque and source.format != "PNG"
    return Picture("image/jpeg" if as_jpeg else "image/png", picture.width, picture.height, _encoded(picture, as_jpeg=as_jpeg))


def _opened(content: bytes) -> Pillow.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            Pillow.open(BytesIO(content), formats=_FORMATS).verify()
            picture = Pillow.open(BytesIO(content), formats=_FORMATS)
        if max(picture.size) > MOST_PIXELS:
            raise Refused("The picture is larger than 6000 × 6000 pixels. Save it smaller.", field="image")
        picture.load()
    except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError) as error:
        raise Refused("The picture is larger than 6000 × 6000 pixels. Save it smaller.", field="image") from error
    except Refused:
        raise
    except Exception as error:  # Pillow's decoders raise almost anything on bytes made to break them
        raise Refused("This file is not a PNG, JPEG or WebP picture, or it is damaged.", field="image") from error
    return picture


def _upright(picture: Pillow.Image, mode: str) -> Pillow.Image:
    turned = ImageOps.exif_transpose(picture)
    profile = turned.info.get("icc_profile")
    if profile and turned.mode in ("RGB", "RGBA"):
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(turned, own, ImageCms.createProfile("sRGB"), outputMode=turned.mode) or turned
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: the colours are shown as if it were not there
    return turned.convert(mode)


def _scaled(picture: Pillow.Image) -> Pillow.Image:
    if max(picture.size) > LONG_EDGE:
        picture.thumbnail((LONG_EDGE, LONG_EDGE), Pillow.Resampling.LANCZOS)
    return picture


def _encoded(picture: Pillow.Image, *, as_jpeg: bool) -> bytes:
    picture.info.clear()  # where encoders find metadata to carry over
    out = BytesIO()
    if as_jpeg:
        picture.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    else:
        picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _has_alpha(picture: Pillow.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _looks_like_svg(content: bytes) -> bool:
    head = content[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return head.startswith((b"<?xml", b"<svg", b"<!doctype svg")) or content[:2] == b"\x1f\x8b"
