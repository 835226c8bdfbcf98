"""Pictures, by the digest of their bytes: what stands at an address never changes, so it may be kept for ever."""

from __future__ import annotations

import re

from litestar import Response, get
from litestar.params import FromPath

from service.clusters import images
from service.errors import NotFound
from service.web.edge import AnyRequest

_DIGEST = re.compile(r"[0-9a-f]{64}")


@get("/media/{digest:str}")
async def media(request: AnyRequest, digest: FromPath[str]) -> Response[bytes]:
    """A PNG or JPEG picture; 304 for whoever has it."""
    if not _DIGEST.fullmatch(digest):
        raise NotFound("There is no such picture here.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{digest}"'}
    if f'"{digest}"' in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    image = await images.load(digest=digest)
    return Response(image.content, media_type=image.media_type, headers=headers)
