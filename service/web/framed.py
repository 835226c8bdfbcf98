"""A letter shown on a page of its own or in a frame: our HTML with its styles inside, and nothing that runs."""

from __future__ import annotations

from litestar import Response
from litestar.enums import MediaType


def framed(html: str, *, site_url: str) -> Response[str]:
    """The letter as a page. Styles stand in it, as letters need; scripts, forms and other sites' frames find no way in."""
    policy = f"default-src 'none'; img-src 'self' {site_url}; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    return Response(html, media_type=MediaType.HTML, headers={"Content-Security-Policy": policy, "Cache-Control": "private, no-cache"})
